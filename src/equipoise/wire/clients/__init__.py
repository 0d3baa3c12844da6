"""The dialects as clients speak them to us: their requests read, their answers written."""
