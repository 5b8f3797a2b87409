"""Untrusted text, shown literally: no links, no images, no markup."""

import re


def plain(text: str) -> str:
    """`text` with all Markdown characters escaped."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|$~:&-])", r"\\\1", text)
