"""Questions sent to name servers over UDP, TCP, TLS and HTTPS."""
