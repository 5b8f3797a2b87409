"""docs/figures.md: the catalogue of figures as a page, read off the entries."""

from core.figures import KINDS, of_kind

HEAD = """# The figures

This page is written by `python -m core figures > docs/figures.md`, from the catalogue `core.figures.FIGURES`. The name
in brackets is that of `python -m core train --json` and of figures.json in a run's folder. A worker measures all of
them once, when a training has ended; what would need a table of all pairs is measured on a random sample, with its
standard error.

Clusters are those of KMeans on the training images, with as many clusters as classes; a test image belongs to the
cluster of the nearest centroid.
"""


def catalogue_page() -> str:
    """A table for each kind of figure."""
    parts = [HEAD]
    for kind, question in KINDS.items():
        parts.append(
            f"\n## {question}\n\n"
            "| figure | meaning | values | best | guessing | measured on | source |\n"
            "| --- | --- | --- | ---: | --- | --- | --- |"
        )
        for figure in of_kind(kind):
            cells = (
                f"**{figure.label}** (`{figure.name}`)",
                figure.meaning,
                figure.range,
                figure.best_text,
                figure.chance or "no value of its own",
                "training images" if figure.split == "train" else "test images",
                figure.source,
            )
            parts.append(f"| {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"
