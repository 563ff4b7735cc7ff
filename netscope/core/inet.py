"""What is needed of socket to write addresses, from the module behind it: socket makes enums, 7 ms of start-up."""

from __future__ import annotations

from _socket import AF_INET, AF_INET6, inet_ntoa, inet_ntop, ntohs

__all__ = ["AF_INET", "AF_INET6", "inet_ntoa", "inet_ntop", "ntohs"]
