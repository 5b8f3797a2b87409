"""Text that somebody else wrote, shown as it is: no links, no pictures, no markup of its own."""

import re


def plain(text: str) -> str:
    """`text` with every character escaped that Markdown would take for markup."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|$~:&-])", r"\\\1", text)
