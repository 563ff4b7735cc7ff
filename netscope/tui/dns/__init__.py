"""The DNS tab."""
