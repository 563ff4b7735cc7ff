"""The one place that collects: once for a command, again and again for whoever watches."""
