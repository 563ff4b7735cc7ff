"""The text of ``netscope packets --help``, and the options that a shell completes."""

OPTIONS = (
    (("-i", "--interface"), "NAME", "capture here"),
    (("-r",), "FILE", "read a file"),
    (("-w",), "FILE", "write a file"),
    (("-c",), "N", "end after N packets"),
    (("-s", "--snapshot-length"), "N", "bytes of a packet"),
    (("-p", "--no-promiscuous-mode"), "", "not promiscuous"),
    (("-Q", "--direction"), "in|out|inout", "which way"),
    (("-a",), "duration:S|filesize:KB|packets:N|files:N", "when to end"),
    (("-b",), "duration:S|filesize:KB|packets:N|files:N", "when to begin another file"),
    (("-C",), "MB", "another file after so many million bytes"),
    (("-G",), "SECONDS", "another file after so many seconds"),
    (("-W",), "N", "so many files"),
    (("-F",), "FILE", "the filter is in a file"),
    (("-n", "--numeric"), "", "ports in digits"),
    (("-e",), "", "link-layer header; with -T fields or json: a field"),
    (("-v",), "", "more; -vv, -vvv"),
    (("-q",), "", "less"),
    (("-S",), "", "absolute sequence numbers"),
    (("-t",), "", "no time; -tt to -ttttt other forms"),
    (("-x",), "", "bytes in hexadecimal; -xx with the link-layer header"),
    (("-X",), "", "bytes in hexadecimal and ASCII; -XX"),
    (("-A",), "", "bytes as ASCII; -AA"),
    (("-#", "--number"), "", "packet numbers"),
    (("-K",), "", "do not verify checksums"),
    (("-l",), "", "every line at once"),
    (("-U",), "", "every packet into the file at once"),
    (("-D", "--list-interfaces"), "", "where one can capture"),
    (("-d",), "", "the compiled filter; -dd, -ddd; with TABLE==NUMBER,PROTOCOL: decode as"),
    (("--ddd",), "", "the compiled filter in numbers"),
    (("-T",), "text|fields|json", "as tshark prints"),
    (("-E",), "header=y|separator=C|occurrence=f|l|a|aggregator=C|quote=d|s|n", "how fields are printed"),
    (("-V",), "", "every field"),
    (("--json",), "", "one JSON document"),
    (("--jsonl",), "", "a JSON record a line"),
    (("--checksums",), "", "verify checksums"),
    (("--memory",), "SIZE", "room for kept packets"),
    (("--format",), "pcap|pcapng", "of the file that is written"),
    (("--nano",), "", "nanoseconds"),
    (("--utc",), "", "times in UTC"),
    (("--count",), "", "only how many"),
    (("--print",), "", "print although a file is written"),
    (("--netns",), "NAME|PID|PATH", "in another network namespace"),
    (("-h", "--help"), "", "this help"),
)

TEXT = """\
usage: netscope packets [-i NAME|any]... [-r FILE] [-w FILE] [options] [FILTER]

What goes over the interfaces, as tcpdump prints it: live, which needs CAP_NET_RAW, or from a file (pcap, pcapng, gzip
or zstd around them, '-' for standard input). FILTER is pcap-filter(7); it may stand before or behind the options.
Addresses are printed in digits: nobody is asked for names. Ports have their names unless -n is given.

where and what
  -i NAME          capture here, several times for several; 'any': everywhere; without it on the first that runs
  -D               where one can capture
  -r FILE          read a file instead
  -c N             end after N packets
  -s N             keep N bytes of a packet (262144)
  -Q in|out|inout  only what comes in, or goes out
  -p               only what is for this host: not promiscuous
  -F FILE          the filter is in a file
  -a duration:S | filesize:KB | packets:N | files:N         when to end, as dumpcap
  --netns WHICH    in that network namespace: a name of 'ip netns', a pid, a path

text, as tcpdump's
  -n               ports in digits            -e     link-layer header
  -v -vv -vvv      more of each packet        -q     less
  -S               absolute sequence numbers  -#     packet numbers
  -t -tt -ttt -tttt -ttttt     no time; seconds; since the line before; date and time; since the first
  -x -xx -X -XX -A -AA         the bytes, in hexadecimal, with ASCII, as ASCII; doubled: link-layer header, too
  -K               do not verify checksums    -l     every line at once (so it is, live)
  --nano  --utc    nanoseconds; times in UTC

fields, as tshark's
  -T text          a line a packet
  -T fields -e FIELD...        chosen fields, with -E header=y -E separator=, -E occurrence=f|l|a -E quote=d
                   -E aggregator=C -E bom=y; _ws.col.Info and the like are the columns of -T text. A field that netscope
                   does not take apart is refused (status 2): an empty column would say that no packet has it
  -T json [-e FIELD...]        JSON as tshark writes it
  -V               every field of every layer; with -x, or -T text -x: the bytes
  -d TABLE==NUMBER,PROTOCOL    take what that number says for this protocol: -d tcp.port==8888,http
  --checksums      verify checksums
  --json  --jsonl  summaries, in netscope's envelope

files
  -w FILE          write packets, in place of what FILE held, and do not print them; '-': standard output;
                   --print prints them, too
  --format pcap|pcapng         else by the name: .pcapng
  -b duration:S | filesize:KB | packets:N | files:N         another file now and then, as dumpcap names them; with -r
                   the packets' times are the clock
  -C MB  -G SECONDS  -W N      the same, as tcpdump says it
  -U               every packet into the file at once (so it is)
  --memory SIZE    room for packets that wait to be printed (256MiB)

the filter, not run
  -d -dd -ddd, --ddd           the compiled filter, to be read, as C, in numbers

Ctrl-C ends a capture; SIGUSR1 prints the counts. What the kernel dropped is always said.

exit status:
  0  done
  1  a filter matched nothing in a file, or a file could be read in part only
  2  wrong usage, no such file
  3  a permission is missing
  4  this host does not offer it

examples:
  netscope packets -ni eth0 'tcp port 443'
  netscope packets -i any -w trace.pcapng -b filesize:100000 -b files:5
  netscope packets -r trace.pcap -T fields -e ip.src -e dns.qry.name 'port 53'
  ssh host netscope packets -U -w - | netscope packets -nr -
"""
