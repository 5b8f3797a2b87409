"""What the server answers beside the pages: read-only addresses, and the first picture of Home."""
