"""Load tests: an endpoint under load, level by level. See the room's README."""
