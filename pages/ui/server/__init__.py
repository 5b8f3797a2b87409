"""The server's health."""
