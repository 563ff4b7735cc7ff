"""Capture files: pcap and pcapng, read by an index and written so that they are valid at every moment."""
