"""What it costs to run machines of one's own: had in one of five ways, powered, housed, tended."""
