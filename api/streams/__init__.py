"""How a stream is opened over HTTP: what it follows, its messages, and who serves its connection."""
