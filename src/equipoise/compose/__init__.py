"""The composition root: configuration in, objects out; one file a process or a job."""
