"""Plots as plain SVG: lines with error bars, and points. Nothing but what the run measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 40, 96
COLOURS = ("#b3261e", "#d98324", "#3f6fd8", "#1f7a4d", "#7a56c2", "#2a9d8f")
DASHES = ("6 3", "2 3", "10 4 2 4", "", "1 2", "4 2")

Point = tuple[float, float, float]  # x, mean, standard error (NaN where there is none)


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    label: str
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        if self.logarithmic:
            count = math.floor(math.log2(self.high / self.low) + 1e-9)
            return [self.low * 2**k for k in range(count + 1)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 2))
        while (self.high - self.low) / step > 7:
            step *= 2
        first = math.ceil(self.low / step - 1e-9)
        return [k * step for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


def axis_over(values: Sequence[float], label: str, logarithmic: bool = False, from_zero: bool = False) -> Axis:
    """An axis that holds every finite value, with a little room."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    if logarithmic:
        return Axis(low, max(high, low * 2), label, True)
    room = 0.06 * (high - low) or 0.5
    return Axis(min(0.0, low) if from_zero else low - room, high + room, label)


def _x(axis: Axis, value: float) -> float:
    return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM)


def _frame(title: str, x: Axis, y: Axis) -> list[str]:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, sans-serif"'
        f' font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22" font-size="14" font-weight="600">{escape(title)}</text>',
    ]
    for tick in y.ticks():
        at = _y(y, tick)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#444">{tick:.4g}</text>')
    base = HEIGHT - BOTTOM
    for tick in x.ticks():
        parts.append(f'<text x="{_x(x, tick):.1f}" y="{base + 18}" text-anchor="middle" fill="#444">{tick:.4g}</text>')
    parts.append(f'<path d="M{LEFT} {base}H{WIDTH - RIGHT}" stroke="#444"/>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{base + 36}" text-anchor="middle">{escape(x.label)}</text>'
    )
    middle = (TOP + base) / 2
    parts.append(
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">{escape(y.label)}</text>'
    )
    return parts


def _legend(names: Sequence[str], dashed: bool) -> list[str]:
    """Two columns below the plot; lines differ by dash as well as by colour."""
    parts = []
    for index, name in enumerate(names):
        left = LEFT + (index % 2) * (WIDTH - LEFT - RIGHT) / 2
        at = HEIGHT - 38 + (index // 2) * 18
        colour = COLOURS[index % len(COLOURS)]
        dash = f' stroke-dasharray="{DASHES[index % len(DASHES)]}"' if dashed and DASHES[index % len(DASHES)] else ""
        mark = (
            f'<path d="M{left} {at - 4}h24" stroke="{colour}" stroke-width="2"{dash}/>'
            if dashed
            else f'<circle cx="{left + 12}" cy="{at - 4}" r="4" fill="{colour}"/>'
        )
        parts.append(f'{mark}<text x="{left + 32}" y="{at}">{escape(name)}</text>')
    return parts


def write_lines(
    path: Path, title: str, *, x_label: str, y_label: str, lines: Mapping[str, Sequence[Point]],
    logarithmic: bool = False, from_zero: bool = False,
) -> None:  # fmt: skip
    """One line a name, with bars of one standard error either way."""
    points = [point for line in lines.values() for point in line]
    x = axis_over([point[0] for point in points], x_label, logarithmic)
    bars = [point[2] if math.isfinite(point[2]) else 0.0 for point in points]
    ends = [point[1] + sign * bar for point, bar in zip(points, bars, strict=True) for sign in (-1, 1)]
    y = axis_over(ends, y_label, from_zero=from_zero)
    parts = _frame(title, x, y)
    for index, line in enumerate(lines.values()):
        colour, dash = COLOURS[index % len(COLOURS)], DASHES[index % len(DASHES)]
        where = " L".join(f"{_x(x, px):.1f} {_y(y, mean):.1f}" for px, mean, _ in line)
        style = f'stroke="{colour}" stroke-width="2" fill="none"' + (f' stroke-dasharray="{dash}"' if dash else "")
        parts.append(f'<path d="M{where}" {style}/>')
        for px, mean, error in line:
            parts.append(f'<circle cx="{_x(x, px):.1f}" cy="{_y(y, mean):.1f}" r="3" fill="{colour}"/>')
            if math.isfinite(error):
                top, bottom = _y(y, mean + error), _y(y, mean - error)
                parts.append(f'<path d="M{_x(x, px):.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}"/>')
    path.write_text("\n".join([*parts, *_legend(list(lines), True), "</svg>"]) + "\n")


def write_points(
    path: Path, title: str, *, x_label: str, y_label: str, clouds: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    """One colour a name."""
    points = [point for cloud in clouds.values() for point in cloud]
    x, y = axis_over([p[0] for p in points], x_label), axis_over([p[1] for p in points], y_label)
    parts = _frame(title, x, y)
    for index, cloud in enumerate(clouds.values()):
        colour = COLOURS[index % len(COLOURS)]
        parts += [
            f'<circle cx="{_x(x, px):.1f}" cy="{_y(y, py):.1f}" r="3.5" fill="{colour}" fill-opacity="0.7"/>'
            for px, py in cloud
        ]
    path.write_text("\n".join([*parts, *_legend(list(clouds), False), "</svg>"]) + "\n")
