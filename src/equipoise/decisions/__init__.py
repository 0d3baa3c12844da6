"""Requirements and evidence in, a decision out. Pure; knows no way to gather evidence."""
