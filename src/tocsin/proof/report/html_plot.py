"""Courses as SVG: a signal against its threshold, pending and firing shaded. Drawn by matplotlib.

Imported only by the report: it costs a second. The same course gives the same bytes.
"""

import io
import math
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from tocsin.proof.course import Course
from tocsin.proof.histories import length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Show = Callable[[float], str]
SIGNAL, LIMIT, PENDING, FIRING = "#1f5fa8", "#b3261e", "#f4c95d", "#d9534f"
_ACROSS = 3
_TICKS = 6
_STEPS = (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800)
_IDENTITIES = re.compile(r' id="(?:figure|axes|patch|matplotlib\.axis|line2d|text|xtick|ytick|legend)_\d+"')


def large(course: Course, show: Show, title: str) -> str:
    """One course, with its axes named and a legend."""
    figure, (axes,) = _figure(8.4, 2.7, 1, 1)
    _draw(axes, course, show)
    axes.set_title(title, loc="left", fontsize=9)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    return _svg(figure)


def small(courses: Sequence[tuple[str, Course]], show: Show) -> str:
    """Several courses side by side, each with its title."""
    rows = math.ceil(len(courses) / _ACROSS)
    figure, every = _figure(8.4, 1.5 * rows, rows, _ACROSS)
    for axes, (title, one) in zip(every, courses, strict=False):
        _draw(axes, one, show)
        axes.set_title(_cut(title), loc="left", fontsize=7)
        axes.tick_params(labelsize=6)
    for axes in every[len(courses) :]:
        axes.set_axis_off()
    return _svg(figure)


def _figure(width: float, height: float, rows: int, across: int) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    with _style():
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, list(figure.subplots(rows, across, squeeze=False).flat)


def _style() -> AbstractContextManager[None]:
    import matplotlib

    return matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "tocsin", "font.family": "sans-serif", "font.size": 9}
    )


def _draw(axes: "Axes", course: Course, show: Show) -> None:
    times, values = course.times, course.values
    axes.plot(times, values, drawstyle="steps-post", color=SIGNAL, linewidth=1.6, label="signal")
    if any(map(math.isfinite, course.thresholds)):
        axes.plot(times, course.thresholds, color=LIMIT, linewidth=1, linestyle="--", label="threshold")
    alert = course.alert
    if alert is not None:
        until = alert.resolved if alert.resolved is not None else times[-1]
        fires = alert.firing if alert.firing is not None else until
        axes.axvspan(alert.pending, fires, color=PENDING, alpha=0.35, linewidth=0, label="pending")
        if alert.firing is not None:
            axes.axvspan(alert.firing, until, color=FIRING, alpha=0.3, linewidth=0, label="firing")
    _label(axes, course, show)


def _label(axes: "Axes", course: Course, show: Show) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    end = course.times[-1]
    step = next((one for one in _STEPS if end / one <= _TICKS), _STEPS[-1])
    axes.xaxis.set_major_locator(FixedLocator([float(i * step) for i in range(int(end / step) + 1)]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda time, _: length(time)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: show(value)))
    axes.set_xlim(0, max(end, 1.0))
    axes.margins(y=0.15)
    axes.grid(True, color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)


def _svg(figure: "Figure") -> str:
    out = io.StringIO()
    nothing: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with _style():
        figure.savefig(out, format="svg", metadata=nothing, transparent=True)
    text = out.getvalue()
    return _IDENTITIES.sub("", text[text.index("<svg") :])


def _cut(text: str) -> str:
    return text if len(text) <= 46 else text[:45] + "…"
