"""From logs to a trial: a draft of a workload, its items, and their labels."""
