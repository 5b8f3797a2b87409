"""Numbers as text: fixed decimals, or scientific notation where the decimals would all be zeros."""


def written(value: float, decimals: int = 3) -> str:
    """0.246, but 2.36e-05 where three decimals would leave nothing (a nearly collapsed embedding)."""
    return f"{value:.{decimals}f}" if _fits(value, decimals) else f"{value:.2e}"


def in_formula(value: float, decimals: int = 4) -> str:
    """The same, as LaTeX."""
    if _fits(value, decimals):
        return f"{value:.{decimals}f}"
    digits, power = f"{value:.2e}".split("e")
    return rf"{digits}\cdot10^{{{int(power)}}}"


def column_format(values: list[float], decimals: int = 3) -> str:
    """The printf format of a table column, such that its largest number is readable."""
    known = [abs(value) for value in values if value == value]
    return f"%.{decimals}f" if _fits(max(known, default=0.0), decimals) else "%.1e"


def _fits(value: float, decimals: int) -> bool:
    """Whether at least two significant digits remain, or the value is zero or not finite."""
    return value == 0 or not abs(value) < 10.0 ** (1 - decimals)
