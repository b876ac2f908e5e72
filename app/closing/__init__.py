"""How an accompaniment ends: refusal, transfer, the closing conclusion, and the time after it."""
