"""Capture files: pcap and pcapng, read by an index and written a whole record at a time."""
