"""Persons, families and their members, children, disability, consents."""
