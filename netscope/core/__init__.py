"""Plain data and pure functions: no I/O, no user interface, the standard library only."""
