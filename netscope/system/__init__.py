"""The live system: the only package that opens sockets, reads /proc or imports psutil and pyroute2."""
