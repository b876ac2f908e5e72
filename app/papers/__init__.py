"""Papers: numbers without gaps."""
