"""The confusion matrix of digits and clusters, matched one to one."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]


@dataclass(frozen=True)
class Confusion:
    """How often each digit (row) fell into each cluster (column).

    digits: [r], ascending. clusters: [c], in the order of their matched digits, unmatched ones last.
    counts: [r, c]. matched_digit: [c], the digit matched to each cluster; -1 for an unmatched one.
    """

    digits: Labels
    clusters: Labels
    counts: Ints
    matched_digit: Ints

    @property
    def row_shares(self) -> Floats:
        """[r, c]: the share of a digit's images in each cluster; an empty row is all 0."""
        return _shares(self.counts, self.counts.sum(axis=1, keepdims=True))

    @property
    def column_shares(self) -> Floats:
        """[r, c]: the share of each digit among a cluster's images; an empty column is all 0."""
        return _shares(self.counts, self.counts.sum(axis=0, keepdims=True))

    @property
    def matched_share(self) -> float:
        """The share of all images whose cluster is matched to their digit; see `matched_share`."""
        return matched_share(self.counts)

    def by_size(self) -> "Confusion":
        """The same clusters, largest first."""
        order = np.argsort(-self.counts.sum(axis=0), kind="stable")
        return replace(
            self,
            clusters=self.clusters[order],
            counts=self.counts[:, order],
            matched_digit=self.matched_digit[order],
        )


def confusion(digits: Labels, clusters: Labels) -> Confusion:
    """Count digits [n] against clusters [n] and match them one to one, so that as many images as
    possible lie in matched cells (the Hungarian method).

    Raises ValueError for different lengths. Source: Kuhn 1955.
    """
    if len(digits) != len(clusters):
        raise ValueError(f"Each image has one digit and one cluster; got {len(digits)} and {len(clusters)}.")
    rows, row = np.unique(digits, return_inverse=True)
    columns, column = np.unique(clusters, return_inverse=True)
    shape = (len(rows), len(columns))
    counts = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    matched_rows, matched_columns = linear_sum_assignment(counts, maximize=True)  # rows ascending
    left = np.setdiff1d(np.arange(shape[1]), matched_columns)
    order = np.concatenate([matched_columns, left]).astype(np.int64)
    matched_digit = np.concatenate([rows[matched_rows], np.full(len(left), -1)]).astype(np.int64)
    return Confusion(rows, columns[order], counts[:, order].astype(np.int64), matched_digit)


def matched_share(table: Ints) -> float:
    """The share of images whose cluster is matched to their digit, in the best one-to-one matching. table:
    [r, c], images of each digit in each cluster.

    Best 1, worst above 0; 0 without images. Also called clustering accuracy.
    Source: Kuhn 1955 (the Hungarian method).
    """
    return float(table[linear_sum_assignment(table, maximize=True)].sum() / max(1, table.sum()))


def _shares(counts: Ints, totals: Ints) -> Floats:
    return counts / np.maximum(totals, 1)
