"""Leisure of families: evenings, feasts, excursions, clubs (S001-3.3)."""
