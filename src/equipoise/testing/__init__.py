"""What stands in for the outside world, for our own tests and for those of users."""
