"""Embedded images as points: `Embedding` holds a run's; the modules analyse them, given as arrays.

Nearest neighbours (distances, nearest), density contours (density), Voronoi cells (voronoi), dimensionality
reduction (reduction), and the match of clusters and classes (confusion).
"""

from core.embedding.embedding import Embedding

__all__ = ["Embedding"]
