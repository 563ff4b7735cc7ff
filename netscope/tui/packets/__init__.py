"""The Packets tab: a list, a tree, the bytes, and a header as the RFCs draw it. Imported when it is first visited."""
