"""The command line: every topic as a command, derived from its declaration."""
