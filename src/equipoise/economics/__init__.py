"""What each path costs a month, and where the paths cross over. Pure; knows no traffic."""
