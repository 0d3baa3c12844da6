"""Day one: what a bill is made of, what could be saved, and the most that moving could save."""
