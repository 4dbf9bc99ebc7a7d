"""What a municipality and its plan are: reading, overlaying, checking."""
