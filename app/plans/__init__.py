"""The plan of the service for a year, made from the centre's order of work (S000-0a)."""
