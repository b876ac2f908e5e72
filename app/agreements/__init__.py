"""Agreements with families and the end of an accompaniment."""
