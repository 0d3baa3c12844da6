"""The nouns: frozen values that every room shares. Knows no file, socket or clock."""
