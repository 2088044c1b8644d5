"""How much of a service's answers is read, and how long a connection is kept."""

#: Bytes of a body that are read.
BODY = 64 << 10
#: Bytes of one message of a WebSocket, and messages and bytes of all of them.
MESSAGE, MESSAGES, ALL_MESSAGES = 1 << 20, 2000, 16 << 20
#: Seconds that a WebSocket is held on which nothing is waited for, and that its closing may take.
HELD, CLOSING = 1.0, 2.0
