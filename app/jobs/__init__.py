"""Work that outlives a request, with its progress."""
