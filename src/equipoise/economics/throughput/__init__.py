"""How fast a deployment answers: what fits, how long a step takes, and how wrong that may be."""
