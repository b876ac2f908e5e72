"""Monthly reports on programmes, what happened in a month, and what the head watches over month by month."""
