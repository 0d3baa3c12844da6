"""Files of the user's, parsed once into frozen values; every problem is reported at once."""
