"""The loss curve as an SVG: training and validation loss over the steps."""

from collections.abc import Sequence

from core.runs import Progress

WIDTH, HEIGHT, LEFT, BOTTOM = 860, 300, 70, 40
TICKS = 4
_COLOURS = {"training": "#1f5fa8", "validation": "#b04a00"}


def loss_curve(reports: Sequence[Progress]) -> str:
    """An SVG of the reports' losses; the axis of the losses holds 0."""
    lines = {
        "training": [(report.step, report.loss) for report in reports],
        "validation": [
            (report.step, report.validation_loss) for report in reports if report.validation_loss is not None
        ],
    }
    last = max((step for line in lines.values() for step, _ in line), default=1)
    losses = [loss for line in lines.values() for _, loss in line]
    low, high = min([0.0, *losses]), max([0.0, *losses])
    if low == high:
        high = 1.0

    def place(step: float, loss: float) -> str:
        x = LEFT + step / last * (WIDTH - LEFT - 20)
        y = HEIGHT - BOTTOM - (loss - low) / (high - low) * (HEIGHT - BOTTOM - 20)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#1b2433" role="img">',
        "<title>The loss over the training steps</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for tick in range(TICKS + 1):
        loss, step = low + (high - low) * tick / TICKS, round(last * tick / TICKS)
        (left, y), (x, bottom) = place(0, loss).split(","), place(step, low).split(",")
        parts.append(f'<path d="M{left} {y}H{WIDTH - 20}" stroke="#d3dbe6" fill="none"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{float(y) + 4:.1f}" text-anchor="end">{loss:.3g}</text>')
        parts.append(f'<text x="{x}" y="{float(bottom) + 18:.1f}" text-anchor="middle">{step:,}</text>')
    for number, (name, line) in enumerate(lines.items()):
        if line:
            points = " ".join(place(*point) for point in line)
            colour = _COLOURS[name]
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
            at = f'x="{WIDTH - 24}" y="{34 + 18 * number}" text-anchor="end" fill="{colour}"'
            parts.append(f"<text {at}>{name} loss</text>")
    return "\n".join([*parts, "</svg>"])
