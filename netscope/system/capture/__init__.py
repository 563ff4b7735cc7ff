"""Frames from the kernel and from files, and into files."""
