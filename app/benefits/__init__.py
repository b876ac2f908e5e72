"""Benefits a family may have and aid it was given (S001-3.1-e, S001-3.1-f)."""
