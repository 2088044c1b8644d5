"""Documents in at most 8,000 bytes, for agents: the cause and its decisive line first, more on request."""
