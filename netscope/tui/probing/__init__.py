"""What the tabs Ping and Trace share."""
