"""``netscope dns``: dig's command line."""
