"""The well-known ports, for hosts without /etc/services, in its format (services(5)).

Names, ports and aliases are those of the IANA service name registry and of the files that Linux systems ship; where
another program than the registered one is commonly met on a port, the comment says so.
"""

from __future__ import annotations

WELL_KNOWN = """\
tcpmux 1/tcp # TCP port service multiplexer
echo 7/tcp
echo 7/udp
discard 9/tcp sink null
discard 9/udp sink null # also Wake-on-LAN
systat 11/tcp users
daytime 13/tcp
daytime 13/udp
qotd 17/tcp quote
chargen 19/tcp ttytst source
chargen 19/udp ttytst source
ftp-data 20/tcp
ftp 21/tcp
ssh 22/tcp # SSH remote login
telnet 23/tcp
lmtp 24/tcp
smtp 25/tcp mail
time 37/tcp timserver
time 37/udp timserver
whois 43/tcp nicname
tacacs 49/tcp # login host protocol
tacacs 49/udp
domain 53/tcp # DNS
domain 53/udp # DNS
bootps 67/udp # DHCP server
bootpc 68/udp # DHCP client
tftp 69/udp
gopher 70/tcp
finger 79/tcp
http 80/tcp www # World Wide Web
http 80/udp www # HTTP/3
kerberos 88/tcp kerberos5 krb5 kerberos-sec
kerberos 88/udp kerberos5 krb5 kerberos-sec
iso-tsap 102/tcp tsap # also Siemens S7
pop3 110/tcp pop-3
sunrpc 111/tcp portmapper rpcbind
sunrpc 111/udp portmapper rpcbind
auth 113/tcp authentication tap ident
nntp 119/tcp readnews untp
ntp 123/udp # Network Time Protocol
epmap 135/tcp loc-srv # DCE endpoint mapper, Windows RPC
netbios-ns 137/udp
netbios-dgm 138/udp
netbios-ssn 139/tcp
imap2 143/tcp imap
snmp 161/tcp
snmp 161/udp
snmp-trap 162/tcp snmptrap
snmp-trap 162/udp snmptrap
xdmcp 177/tcp
xdmcp 177/udp
bgp 179/tcp # Border Gateway Protocol
irc 194/tcp
smux 199/tcp
qmtp 209/tcp
ptp-event 319/udp
ptp-general 320/udp
ldap 389/tcp
ldap 389/udp
svrloc 427/tcp
svrloc 427/udp
https 443/tcp
https 443/udp # HTTP/3 over QUIC
snpp 444/tcp
microsoft-ds 445/tcp # SMB over TCP
microsoft-ds 445/udp
kpasswd 464/tcp
kpasswd 464/udp
submissions 465/tcp ssmtp smtps urd # mail submission over TLS
isakmp 500/udp # IKE
modbus 502/tcp mbap
exec 512/tcp
biff 512/udp comsat
login 513/tcp
who 513/udp whod
shell 514/tcp cmd syslog
syslog 514/udp
printer 515/tcp spooler # line printer spooler
talk 517/udp
ntalk 518/udp
route 520/udp router routed # RIP
ripng 521/udp
dhcpv6-client 546/udp
dhcpv6-server 547/udp
afpovertcp 548/tcp
rtsp 554/tcp
rtsp 554/udp
nntps 563/tcp snntp
submission 587/tcp # mail submission
ipp 631/tcp # Internet Printing Protocol, CUPS
ipp 631/udp
ldaps 636/tcp
ldaps 636/udp
ldp 646/tcp # Label Distribution Protocol
ldp 646/udp
tinc 655/tcp
tinc 655/udp
silc 706/tcp
kerberos-adm 749/tcp
domain-s 853/tcp # DNS over TLS
domain-s 853/udp # DNS over QUIC
rsync 873/tcp
ftps-data 989/tcp
ftps 990/tcp
telnets 992/tcp
imaps 993/tcp
pop3s 995/tcp
socks 1080/tcp
proofd 1093/tcp
rootd 1094/tcp
rmiregistry 1099/tcp
openvpn 1194/tcp
openvpn 1194/udp
lotusnote 1352/tcp lotusnotes
ms-sql-s 1433/tcp # Microsoft SQL Server
ms-sql-m 1434/udp
oracle 1521/tcp ncube-lm # Oracle listener
ingreslock 1524/tcp
datametrics 1645/udp old-radius
sa-msg-port 1646/udp old-radacct
l2f 1701/udp l2tp
pptp 1723/tcp
ms-streaming 1755/tcp
radius 1812/tcp
radius 1812/udp
radius-acct 1813/tcp radacct
radius-acct 1813/udp radacct
mqtt 1883/tcp
ssdp 1900/udp # UPnP discovery
hsrp 1985/udp
cisco-sccp 2000/tcp
nfs 2049/tcp
nfs 2049/udp
netflow 2055/udp iop
gnunet 2086/tcp
rtcm-sc104 2101/tcp
gsigatekeeper 2119/tcp
gtp-control 2123/udp
gris 2135/tcp
gtp-user 2152/udp
zookeeper 2181/tcp eforward
docker 2375/tcp # Docker API without TLS
docker-s 2376/tcp
swarm 2377/tcp
etcd-client 2379/tcp
etcd-server 2380/tcp
cvspserver 2401/tcp
venus 2430/tcp
m3ua 2905/sctp
gpsd 2947/tcp
iscsi-target 3260/tcp
msft-gc 3268/tcp
msft-gc-ssl 3269/tcp
mysql 3306/tcp mariadb
ms-wbt-server 3389/tcp rdp # Remote Desktop
ms-wbt-server 3389/udp rdp
stun 3478/tcp turn
stun 3478/udp turn
nut 3493/tcp
m2pa 3565/sctp
distcc 3632/tcp
daap 3689/tcp
svn 3690/tcp subversion
bfd-control 3784/udp
bfd-echo 3785/udp
diameter 3868/tcp
diameter 3868/sctp
sieve 4190/tcp
nats 4222/tcp vrml-multi-use
epmd 4369/tcp # Erlang port mapper
ipsec-nat-t 4500/udp
iax 4569/udp
ipfix 4739/tcp
ipfix 4739/udp
vxlan 4789/udp
commplex-main 5000/tcp # also Docker registry, UPnP
iperf2 5001/tcp # also commplex-link
iperf2 5001/udp
rfe 5002/tcp
mmcc 5050/tcp
sip 5060/tcp
sip 5060/udp
sip-tls 5061/tcp
sip-tls 5061/udp
iperf3 5201/tcp targus-getdata1
iperf3 5201/udp targus-getdata1
xmpp-client 5222/tcp jabber-client
xmpp-server 5269/tcp jabber-server
cfengine 5308/tcp
nat-pmp 5351/udp
dns-llq 5352/udp
mdns 5353/udp # multicast DNS
hostmon 5355/tcp llmnr
hostmon 5355/udp llmnr # link-local multicast name resolution
postgresql 5432/tcp postgres
rplay 5555/udp
freeciv 5556/tcp
amqps 5671/tcp
amqp 5672/tcp
amqp 5672/sctp
coap 5683/udp
coaps 5684/udp
vnc-server 5900/tcp rfb vnc
vnc-server-1 5901/tcp
couchdb 5984/tcp
wsman 5985/tcp # Windows Remote Management
wsmans 5986/tcp
x11 6000/tcp x11-0
x11-1 6001/tcp
x11-2 6002/tcp
geneve 6081/udp
sflow 6343/udp
redis 6379/tcp
kubernetes-api 6443/tcp sun-sr-https
syslog-tls 6514/tcp
sane-port 6566/tcp sane saned
openflow 6653/tcp
ircu 6667/tcp irc-u
ircs-u 6697/tcp
bbs 7000/tcp afs3-fileserver # also Cassandra
afs3-fileserver 7000/udp
rtps-discovery 7400/udp
ajp13 8009/tcp
http-alt 8080/tcp webcache
http-alt 8080/udp webcache
influxdb 8086/tcp d-s-n
puppet 8140/tcp
vault 8200/tcp trivnet1
pcsync-https 8443/tcp https-alt
consul 8500/tcp fmtp
tor-orport 9001/tcp etlservicemgr
cassandra 9042/tcp
tor-socks 9050/tcp versiera
prometheus 9090/tcp websm # also Cockpit
kafka 9092/tcp XmlIpcRegSvc
jetdirect 9100/tcp hp-pdl-datastr pdl-datastream # also the Prometheus node exporter
bacula-dir 9101/tcp
bacula-fd 9102/tcp
bacula-sd 9103/tcp
elasticsearch 9200/tcp wap-wsp
elasticsearch-transport 9300/tcp vrace
git 9418/tcp
sctp-tunneling 9899/udp
ndmp 10000/tcp # also Webmin
zabbix-agent 10050/tcp
zabbix-trapper 10051/tcp
amanda 10080/tcp
kubelet 10250/tcp
nbd 10809/tcp
memcached 11211/tcp memcache
memcached 11211/udp memcache
gluster-mgmt 24007/tcp
rabbitmq-dist 25672/tcp
mongodb 27017/tcp
s1-control 36412/sctp
bacnet 47808/udp
wireguard 51820/udp
"""
