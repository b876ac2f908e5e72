"""Requests to organisations and tasks inside the centre."""
