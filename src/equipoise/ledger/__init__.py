"""What every request cost, took and came to: appended once, summed exactly, never rewritten."""
