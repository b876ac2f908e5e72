"""Visits to families: planned, done, and how many a month the order of work asks for."""
