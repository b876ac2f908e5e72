"""R24: the journal of access for whoever answers for personal data."""
