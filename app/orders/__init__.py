"""Orders and regulations the service rests on, and its contracts with other agencies."""
