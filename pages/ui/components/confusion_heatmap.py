"""The confusion of classes and clusters as a table of shaded numbers, on the Train and the Clusters page."""

import math
from collections.abc import Sequence

from core.charts.run_charts import cluster_name
from core.embedding.confusion import Confusion
from pages.ui.components.heatmap import Cell, Heatmap

COUNTS, BY_CLASS, BY_CLUSTER = "counts", "share of the class", "share of the cluster"


def confusion_heatmap(
    confusion: Confusion, class_names: Sequence[str], cells: str, above: str, *, matched: bool = True
) -> Heatmap:
    """How many images of each class (rows) each cluster (columns) holds.

    cells: the text and shade of the cells; for COUNTS the shade is the share of the class. above: a line
    above the table. matched: the columns also name the class that each cluster is matched to.
    """
    rows = [class_names[int(digit)] for digit in confusion.digits]
    columns = [
        cluster_name(int(cluster), int(digit), class_names)
        for cluster, digit in zip(confusion.clusters, confusion.matched_digit, strict=True)
    ]
    if not matched:
        columns = [name.split(" ")[0] for name in columns]
    shares = confusion.column_shares if cells == BY_CLUSTER else confusion.row_shares
    own = confusion.digits[:, None] == confusion.matched_digit

    def cell(i: int, j: int) -> Cell:
        count, share = int(confusion.counts[i, j]), float(shares[i, j])
        text = f"{count:,}" if cells == COUNTS else f"{share:.1%}".replace("100.0%", "100%")
        tip = f"class {rows[i]} in cluster {columns[j]}: {count:,} images, {share:.1%}"
        # square root, so that a share of 1 % is visible
        return Cell(text if count else "", math.sqrt(share), tip, bool(own[i, j]))

    table = [[cell(i, j) for j in range(len(columns))] for i in range(len(rows))]
    return Heatmap("Classes and clusters", above, rows, columns, table)
