"""Estimates of speed and fit: an order or a table in, a page or rows out."""
