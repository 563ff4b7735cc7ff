"""The live system: the only package that opens sockets and reads /proc."""
