"""Bytes of frames, and of the files that hold them, made readable. No input or output happens here."""
