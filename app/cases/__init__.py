"""The case of accompanying a family: its states, curator and team."""
