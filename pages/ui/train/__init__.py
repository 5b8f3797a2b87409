"""The Train page's panel."""
