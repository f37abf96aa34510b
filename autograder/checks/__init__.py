"""What a test cell calls, and the messages it gives."""
