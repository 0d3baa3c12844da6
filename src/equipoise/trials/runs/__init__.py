"""What a trial that was run says of each candidate, in figures, words, JSON and XML."""
