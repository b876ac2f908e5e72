"""The centre itself: its unit, departments, staff, accounts, areas, settlements and partners."""
