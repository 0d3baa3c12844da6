"""Rows of labelled items out of any file or folder that holds them; and what is sent to nobody."""
