"""The approved programme sent to the organisations that carry it out."""
