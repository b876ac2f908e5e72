"""The rehabilitation programme of a disabled child, medical recommendations, courses at home (S002-П-2, S001-2.2-e)."""
