"""What several parts need: put in before the first of them."""
