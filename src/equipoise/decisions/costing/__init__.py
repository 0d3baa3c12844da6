"""What each candidate costs, as one page of values: nothing is asked and no quality is judged."""
