"""Numbers as they are written on a page: so many decimals, or, where these would all be noughts, a power of ten."""


def written(value: float, decimals: int = 3) -> str:
    """0.246, but 2.36e-05 where three decimals would leave nothing of it (a nearly collapsed embedding)."""
    return f"{value:.{decimals}f}" if _fits(value, decimals) else f"{value:.2e}"


def in_formula(value: float, decimals: int = 4) -> str:
    """The same as LaTeX."""
    if _fits(value, decimals):
        return f"{value:.{decimals}f}"
    digits, power = f"{value:.2e}".split("e")
    return rf"{digits}\cdot10^{{{int(power)}}}"


def column_format(values: list[float], decimals: int = 3) -> str:
    """How a column of a table is written, so that its largest number can be read."""
    known = [abs(value) for value in values if value == value]
    return f"%.{decimals}f" if _fits(max(known, default=0.0), decimals) else "%.1e"


def _fits(value: float, decimals: int) -> bool:
    """Whether two digits, at least, are left of it, or there is nothing to leave."""
    return value == 0 or not abs(value) < 10.0 ** (1 - decimals)
