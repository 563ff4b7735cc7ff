"""Probes on real sockets: ICMP, UDP and TCP, as root or not (see :mod:`netscope.core.probe`)."""
