"""The tab Ping."""
