"""A case led by its centre's order of work: guards by name, moves between stages, the personal file, the case card."""
