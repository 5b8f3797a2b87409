"""The server's other routes: read-only data, and Home's first picture; the bounds of what a visitor may send."""
