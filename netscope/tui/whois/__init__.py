"""The Whois tab."""
