"""Working days: the production calendar of the centre and the arithmetic of deadlines."""
