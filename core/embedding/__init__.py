"""Embedded images as points: `Embedding` holds a run's, and the modules say what can be done with them.

Which are near (distances, nearest), where they lie densest, which part of the plane is whose (voronoi), how many
dimensions become two (reduction), and which cluster holds which class (confusion). All takes arrays.
"""

from core.embedding.embedding import Embedding

__all__ = ["Embedding"]
