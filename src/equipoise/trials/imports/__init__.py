"""Recorded calls out of other programs' logs: bytes in, values and named problems out."""
