"""A team's own items put to several candidates: paired results with valid intervals."""
