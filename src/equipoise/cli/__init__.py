"""The command line: one command, one file, imported on use."""
