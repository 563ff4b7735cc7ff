"""tcpdump's text: one line a packet, straight from the bytes."""
