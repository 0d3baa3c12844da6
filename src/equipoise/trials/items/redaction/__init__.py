"""What names a person or opens a door, found by pattern and checksum and replaced in a text."""
