"""Limits on answers and connections."""

#: Most bytes read of a body.
BODY = 64 << 10
#: Most bytes of one WebSocket message, most messages, and most bytes of all messages.
MESSAGE, MESSAGES, ALL_MESSAGES = 1 << 20, 2000, 16 << 20
#: Seconds to hold a WebSocket without expected events, and time limit of closing it.
HELD, CLOSING = 1.0, 2.0
