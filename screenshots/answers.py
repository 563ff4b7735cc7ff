"""Who answers in the demonstration: a name server and a whois server, each with a few made-up words."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rrset

ZONE = """\
www.example.com. 300 CNAME web.example.com.
web.example.com. 60 A 192.0.2.10
web.example.com. 60 AAAA 2001:db8::10
example.com. 3600 MX 10 mail.example.com.
example.com. 3600 MX 20 backup.example.net.
mail.example.com. 3600 A 192.0.2.21
101.2.0.192.in-addr.arpa. 3600 PTR anna-laptop.example.com.
102.2.0.192.in-addr.arpa. 3600 PTR ben-phone.example.com.
7.113.0.203.in-addr.arpa. 3600 PTR crawler-7.example.net.
10.2.0.192.in-addr.arpa. 3600 PTR web.example.com.
"""

WHOIS = """\
% This is the registry of the demonstration.

Domain Name: EXAMPLE.COM
Registry Domain ID: 2336799_DOMAIN_COM-VRSN
Registrar: Example Registrar, Inc.
Registrar Abuse Contact Email: abuse@registrar.example
Registrant Organization: Example Widgets Ltd
Registrant Country: NL
Creation Date: 1995-08-14T04:00:00Z
Updated Date: 2026-08-14T07:01:34Z
Registry Expiry Date: 2027-08-13T04:00:00Z
Domain Status: clientTransferProhibited
Name Server: NS1.EXAMPLE.COM
Name Server: NS2.EXAMPLE.NET
DNSSEC: signedDelegation
"""


def answer(data: bytes) -> bytes:
    """Return the response to a query, aliases followed."""
    query = dns.message.from_wire(data)
    response = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    name = question.name
    records = [line.split(" ", 3) for line in ZONE.splitlines()]
    kind = dns.rdatatype.to_text(question.rdtype)
    for _ in range(3):
        found = [record for record in records if record[0] == name.to_text() and record[2] in (kind, "CNAME")]
        for owner, ttl, what, value in found:
            response.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", what, value))
        if not found or found[0][2] == kind:
            break
        name = dns.name.from_text(found[0][3])
    if not response.answer:
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


def serve(address: str) -> None:
    """Answer DNS over UDP and whois over TCP, for ever."""
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind((address, 53))
    registry = socket.create_server((address, 43))

    def whois() -> None:
        while True:
            connection, _ = registry.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(WHOIS.replace("\n", "\r\n").encode())

    threading.Thread(target=whois, daemon=True).start()
    print("r", end="", flush=True)
    while True:
        data, client = names.recvfrom(4096)
        names.sendto(answer(data), client)
