"""A page over HTTP that follows its pages: the address, the board of the newest page, and the server."""
