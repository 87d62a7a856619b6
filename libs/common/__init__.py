"""One module, one concern, two users at least."""
