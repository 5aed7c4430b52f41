"""A strict Bot API on loopback with a chat page: try the real bot in a browser; the other side of the tests."""
