"""The density contours, under the name that notebooks know them by; they are made in `core.embedding.density`."""

from core.embedding.density import Contours, contours

__all__ = ["Contours", "contours"]
