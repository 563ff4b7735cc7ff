"""The text of ``netscope dns --help``, and the options that a shell completes."""

OPTIONS = (
    (("-4",), "", "IPv4 only"),
    (("-6",), "", "IPv6 only"),
    (("-b",), "ADDRESS", "ask from this address"),
    (("-c",), "CLASS", "the class"),
    (("-f",), "FILE", "a command line a line"),
    (("-p",), "PORT", "the server's port"),
    (("-q",), "NAME", "the name"),
    (("-t",), "TYPE", "the type"),
    (("-x",), "ADDRESS", "the name of an address"),
    (("--style",), "STYLE", "dig, short, host or json"),
    (("--json",), "", "one JSON document"),
    (("--jsonl",), "", "a JSON record a line"),
    (("--walk",), "", "every zone on the way, and the chain of trust"),
    (("--hints",), "FILE", "root servers to start from"),
    (("--anchor",), "FILE", "trust anchor"),
    (("--concurrency",), "N", "questions on their way at once"),
    (("-N", "--netns"), "NAME|PID|PATH", "in another network namespace"),
    (("-h", "--help"), "", "this help"),
)

TEXT = """\
usage: netscope dns [@SERVER] [-46] [-b ADDRESS[#PORT]] [-c CLASS] [-f FILE] [-p PORT] [-t TYPE]
                    [-x ADDRESS | -q NAME | NAME] [TYPE] [CLASS] [+OPTION...] [NAME...]

Ask name servers, with dig's command line and dig's output. Options before the first name hold for all names, others
for the name they follow. Without @SERVER the servers of the namespace's resolv.conf are asked, in turn. Without
anything to ask, those servers are listed and nobody is asked; options alone ask for the root's servers, as dig does.

  @SERVER          a name server, by address or name
  -4, -6           IPv4 or IPv6 only
  -b ADDR[#PORT]   ask from this address
  -c CLASS         IN, CH, HS, ANY, CLASSnnn
  -f FILE          a command line a line ('-': standard input); many are asked at once, answers come in order
  -p PORT          the server's port
  -q NAME          a name, whatever it looks like
  -t TYPE          a type, such as MX, TYPE65280, AXFR, ixfr=SERIAL
  -x ADDRESS       the name of an address

how to ask, +no... turns off:
  +tcp (+vc)  +tls  +tls-ca[=FILE]  +tls-hostname=NAME  +https[=PATH]  +https-get[=PATH]  (+https: the extra 'doh')
  +time=S  +tries=N  +retry=N  +ignore (keep a truncated answer)  +badcookie  +ednsnegotiation
  +search  +domain=NAME  +ndots=N
the query:
  +recurse (+rec)  +dnssec (+do)  +cdflag (+cd)  +adflag (+ad)  +aaflag  +raflag  +tcflag  +zflag  +opcode=N
  +edns[=N]  +bufsize=N  +nsid  +cookie[=HEX]  +subnet=ADDR[/PREFIX]  +expire  +keepalive  +padding=N
  +ednsopt=CODE[:HEX]  +ednsflags=N  +header-only
what to show:
  +short  +all  +cmd  +comments  +question  +answer  +authority  +additional  +stats  +qr  +identify
  +multiline  +rrcomments  +crypto  +split=N  +ttlid  +ttlunits  +class  +onesoa  +unknownformat
  +trace           follow the delegations from the root

netscope's own:
  --style STYLE    dig (the default), short, host (as host(1)), json (RFC 8427, as kdig +json)
  --json, --jsonl  records as of every topic: RFC 8427 messages, each with 'netscope': who was asked, how long, mishaps
  --walk           every zone on the way with all its name servers, who of them is lame or disagrees; the chain of
                   trust with a verdict (secure, insecure, bogus) and the link that breaks; what this host's programs
                   and its resolver answer; whether the addresses lead back
  --hints FILE     root servers (NS and A/AAAA records) to start +trace and --walk from, instead of asking a resolver
  --anchor FILE    trust anchor for --walk (DS or DNSKEY records); the default is the root's of 2017 and 2024
  --concurrency N  how many questions are on their way at once (64)
  --netns NAME     in another network namespace, with its resolv.conf

exit status: 0 answered (whatever the answer); 1 no answer, or host style and not found, or a bogus walk; 2 usage.

examples:
  netscope dns example.com MX
  netscope dns @192.0.2.53 -x 198.51.100.7 +short
  netscope dns --walk www.example.com
  sed 's/^/-x /' addresses | netscope dns -f - +short
"""
