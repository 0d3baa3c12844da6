"""Other programs' reports of load tests, read into ours."""
