"""How long a training step takes, and why: the ladder, memory, overlapping bands, growth."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from course_lib.figures import palette
from course_lib.figures.style import WIDTH

LINE = 16  # numbers of four bytes that travel together: a cache line of 64 bytes
BANDS = (palette.DATA, palette.INK, palette.MUTED)


def _title(figure, title):
    figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def _milliseconds(value, _=None):
    """1234.5 -> "1.2 s", 54.3 -> "54 ms", 0.31 -> "0.31 ms"."""
    number, unit = (value / 1000, "s") if value >= 1000 else (value, "ms")
    return f"{number:.2g} {unit}" if number < 10 else f"{number:.0f} {unit}"


def _log_milliseconds(axis):
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(LogLocator(10))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(_milliseconds))


def _rows(count, height=0.47):
    figure, axis = plt.subplots(figsize=(WIDTH, height * count + 1.0))
    axis.set(ylim=(count - 0.35, -0.65), yticks=[])
    axis.spines["left"].set_visible(False)
    _log_milliseconds(axis)
    return figure, axis


def _dot(axis, row, label, milliseconds, start, colour, mark="o", filled=True, named=palette.INK):
    """A mark on a log axis, its label above it, its time beside it."""
    axis.plot([start, milliseconds], [row + 0.2] * 2, color=colour, lw=1.2)
    axis.plot(milliseconds, row + 0.2, mark, color=colour, mfc=colour if filled else palette.PAPER, mew=1.6, ms=8)
    axis.text(start, row - 0.05, label, size=10.5, va="bottom", color=named)
    axis.annotate(_milliseconds(milliseconds), (milliseconds, row + 0.2), xytext=(9, 0), size=10.5,
                  textcoords="offset points", va="center", color=colour, weight="bold")


# --- times ---

def ladder(changes, milliseconds, floors, title):
    """Draw a dot for every rung, with a mark at what its products alone would take.

    Parameters
    ----------
    changes : list of str
        What each rung does.
    milliseconds : list of float
        Its time for a training step.
    floors : list of float or None
        The time of the matrix products alone with the rung's threads; None draws no mark.
    """
    figure, axis = _rows(len(changes))
    start = min([*milliseconds, *filter(None, floors)]) / 2
    for row, (change, time, floor) in enumerate(zip(changes, milliseconds, floors)):
        _dot(axis, row, f"{row}  {change}", time, start, palette.FORWARD)
        if floor:
            axis.plot([floor, floor], [row + 0.02, row + 0.38], color=palette.INK, lw=2.5, zorder=5)
    axis.set_xlim(start, max(milliseconds) * 6)
    axis.set_xlabel("one training step, 100 pictures" + (" (|: products alone)" if any(floors) else ""))
    _title(figure, title)


def against(milliseconds, ours, floor, title):
    """Draw a mark for every program's time: the floor a diamond, ours a dot, the others rings with a tick at ours.

    Parameters
    ----------
    milliseconds : dict
        {name: time}, in the order to be drawn.
    ours, floor : str
        The names of this course's network and of the products alone.
    """
    figure, axis = _rows(len(milliseconds))
    start = min(milliseconds.values()) / 3
    for row, (name, time) in enumerate(milliseconds.items()):
        colour = {ours: palette.FORWARD, floor: palette.INK}.get(name, palette.MUTED)
        _dot(axis, row, name, time, start, colour, "D" if name == floor else "o", name in (ours, floor), colour)
        if time > milliseconds[ours]:
            axis.plot([milliseconds[ours]] * 2, [row + 0.12, row + 0.37], color=palette.FORWARD, lw=2)
    axis.set_xlim(start, max(milliseconds.values()) * 5)
    axis.set_xlabel(f"time, on a logarithmic axis (|: {ours})")
    _title(figure, title)


def race(finishes, seconds, title):
    """Draw a lane for every runner, with a mark at each moment at which it finished a step.

    Parameters
    ----------
    finishes : dict
        {name: moments in seconds}.
    seconds : float
        How long the race lasts.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 0.62 * len(finishes) + 0.9))
    for row, (name, moments) in enumerate(finishes.items()):
        axis.plot([0, seconds], [row + 0.15] * 2, color=palette.MUTED, lw=0.8, alpha=0.5)
        axis.plot(moments, [row + 0.15] * len(moments), "|", color=palette.FORWARD, ms=13, mew=1.6)
        axis.text(0, row - 0.16, name, size=10.5, va="bottom", color=palette.INK)
        axis.text(seconds * 1.02, row + 0.15, f"{len(moments)}", size=11, va="center", weight="bold",
                  color=palette.FORWARD)
    axis.set(xlim=(0, seconds * 1.1), ylim=(len(finishes) - 0.5, -0.65), yticks=[])
    axis.set_xlabel("seconds, a mark for each step")
    axis.spines["left"].set_visible(False)
    _title(figure, title)


def rivals(panels, batches, title):
    """Draw our time over that of others against the size of the batch, on a logarithmic axis with a line at 1.

    Parameters
    ----------
    panels : dict
        {task: {rival: ratios}}, a ratio for each of `batches`; rivals are written at their lines' ends.
    """
    figure, axes = plt.subplots(len(panels), 1, figsize=(WIDTH, 2.75 * len(panels)), sharex=True)
    places = range(len(batches))
    for axis, (task, lines) in zip(axes, panels.items()):
        axis.axhspan(1, 10, color=palette.MUTED, alpha=0.13, lw=0)
        axis.axhline(1, color=palette.INK, lw=1.2)
        looks, last = dict(zip(lines, "os^Dv")), 0
        for name, ratios in sorted(lines.items(), key=lambda line: line[1][-1]):
            axis.plot(places, ratios, lw=1.1, color=palette.MUTED)
            for place, ratio in zip(places, ratios):
                colour = palette.FORWARD if ratio < 1 else palette.MUTED
                axis.plot(place, ratio, looks[name], ms=6, color=colour, mfc=colour if ratio < 1 else palette.PAPER)
            last = max(ratios[-1], 1.27 * last)                  # above the name below it
            axis.annotate(name, (places[-1], last), xytext=(9, 0), textcoords="offset points", va="center", size=10)
        axis.set(yscale="log", ylim=(0.14, 4.6), xlim=(-0.3, len(batches) + 0.3), ylabel="our time over theirs")
        axis.set_xticks(places, batches)
        axis.yaxis.set_major_locator(plt.FixedLocator([0.2, 0.5, 1, 2, 4]))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
        axis.set_title(task, size=11, loc="left")
        axis.text(places[-1] + 0.35, 3.9, "we are slower", size=9.5, va="center", color=palette.MUTED)
    axes[-1].set_xlabel("pictures in a batch")
    _title(figure, title)


def in_order(times, title):
    """Draw pairs of bars: the time on numbers as they come, and on the same numbers sorted.

    Parameters
    ----------
    times : dict
        {code: (milliseconds as they come, milliseconds sorted)}.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 0.95 * len(times) + 0.9))
    most = max(max(pair) for pair in times.values())
    for row, (code, pair) in enumerate(times.items()):
        axis.text(0, row - 0.42, code, size=10.5, family="DejaVu Sans Mono", color=palette.INK)
        looks = zip(pair, ("as they come", "sorted"), (palette.FORWARD, palette.MUTED),
                    (palette.FORWARD, palette.PAPER))
        for i, (time, label, colour, inside) in enumerate(looks):
            axis.barh(row - 0.2 + 0.28 * i, time, height=0.25, facecolor=inside, edgecolor=colour)
            axis.text(time + most / 80, row - 0.2 + 0.28 * i, label, size=10, va="center", color=colour)
    axis.set(xlim=(0, most * 1.3), ylim=(len(times) - 0.45, -0.75), yticks=[], xlabel="milliseconds")
    axis.spines["left"].set_visible(False)
    _title(figure, title)


def compared(milliseconds, title):
    """Draw bars from zero for the times of a few pieces of code.

    Parameters
    ----------
    milliseconds : dict
        {code: time}.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 0.6 * len(milliseconds) + 0.9))
    for row, (code, time) in enumerate(milliseconds.items()):
        axis.barh(row + 0.15, time, height=0.35, color=palette.FORWARD)
        axis.text(0, row - 0.08, code, size=10.5, va="bottom", family="DejaVu Sans Mono", color=palette.INK)
    axis.set(ylim=(len(milliseconds) - 0.5, -0.6), yticks=[], xlabel="milliseconds")
    axis.spines["left"].set_visible(False)
    _title(figure, title)


def growth(series, title):
    """Draw measured time against predicted multiply-adds, both logarithmic, with a line of slope one.

    Parameters
    ----------
    series : dict
        {label: (multiply-adds, seconds)}, at most four.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 4.0))
    looks = zip([palette.MUTED] * 3 + [palette.FORWARD], "os^D", ("-", "--", ":", "-"))
    for (label, (work, seconds)), (colour, marker, line) in zip(series.items(), looks):
        filled = colour == palette.FORWARD
        axis.loglog(work, seconds, color=colour, marker=marker, mfc=colour if filled else palette.PAPER, ms=6, lw=1.3,
                    ls=line, label=label)
    work, seconds = (np.concatenate([np.array(pair[i], float) for pair in series.values()]) for i in (0, 1))
    ends, best = np.array([work.min() / 1.5, work.max() * 1.5]), (work / seconds).max()
    axis.loglog(ends, ends / best, color=palette.MUTED, lw=1.2, ls="--", zorder=0)
    middle = np.sqrt(ends.prod())
    axis.annotate(f"dashes: {best / 1e9:.0f} billion\na second", (middle, middle / best), size=10, va="top",
                  color=palette.MUTED, xytext=(10, -8), textcoords="offset points")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(lambda s, _: _milliseconds(1000 * s)))
    axis.set(xlabel="multiply-adds, predicted", ylabel="measured time")
    axis.legend(loc="upper left", fontsize=10, title="what grows", handlelength=3)
    axis.grid(True)
    _title(figure, title)


def per_picture(series, title):
    """Draw the time for each picture of a batch against the size of the batch, both logarithmic.

    Parameters
    ----------
    series : dict
        {label: (sizes, seconds of a whole batch)}, labelled at its largest batch.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.5))
    ends, looks = [], zip((palette.FORWARD, palette.MUTED, palette.INK), ("-", "--", ":"), "os^")
    for (label, (sizes, seconds)), (colour, line, marker) in zip(series.items(), looks):
        each = [1000 * time / size for size, time in zip(sizes, seconds)]
        axis.loglog(sizes, each, color=colour, ls=line, marker=marker, ms=6)
        ends.append((each[-1], sizes[-1], label, colour))
    place = 0
    for end, size, label, colour in sorted(ends):
        place = max(end, 1.25 * place)              # so far above the label below it that both can be read
        axis.annotate(label, (size, place), xytext=(8, 0), textcoords="offset points", va="center",
                      color=colour, weight="bold", size=10.5)
    axis.xaxis.set_major_locator(plt.FixedLocator(sorted({s for sizes, _ in series.values() for s in sizes})))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:g}"))
    axis.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(FuncFormatter(_milliseconds))
    axis.set(xlabel="pictures in a batch", ylabel="time for each of them")
    low, high = axis.get_xlim()
    axis.set_xlim(low, high * 4)
    axis.grid(True)
    _title(figure, title)


# --- memory ---

def touched(panels, title):
    """Draw memory as lines of 16 numbers, those that a copy reads filled in.

    Parameters
    ----------
    panels : list of (label, addresses, total)
        The addresses of the numbers read, counted in numbers, of `total` numbers in all.
    """
    lines = max(-(-total // LINE) for _, _, total in panels)
    figure, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 0.135 * lines + 1.15))
    for axis, (label, addresses, total) in zip(np.atleast_1d(axes), panels):
        filled = np.zeros(lines * LINE)
        filled[np.asarray(addresses)] = 1
        for address in range(total):
            line, place = divmod(address, LINE)
            axis.add_patch(Rectangle((place, line), 0.86, 0.8, lw=0,
                                     facecolor=palette.DATA if filled[address] else "#E3E6EA"))
        axis.set(xlim=(-0.3, LINE + 0.2), ylim=(lines + 0.2, -0.3), xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
        axis.set_xlabel(label, size=10.5)
    _title(figure, title)


def strips_and_bands(picture, strips, k, title):
    """Draw a small picture, and its strips one above the other with the bands that overlap in them.

    Parameters
    ----------
    picture : (H, W) array
    strips : (H, k, OW) array
        One channel, one picture, stride 1.
    """
    H, _, OW = strips.shape
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 0.36 * H * k + 1.0), width_ratios=[1, 1.35])
    _grid(left, picture, range(H))
    _grid(right, strips.reshape(H * k, OW), [row // k for row in range(H * k)])
    for band in range(H - k + 1):
        colour, x = BANDS[band % 3], OW - 0.2 + 0.85 * band
        top, bottom = band * k - 0.42, (band + k) * k - 0.58
        right.plot([x - 0.18, x, x, x - 0.18], [top, top, bottom, bottom], color=colour, lw=2.5,
                   clip_on=False)
        right.text(x + 0.1, (top + bottom) / 2, f"band {band}", rotation=90, ha="left", va="center",
                   size=10, color=colour, weight="bold")
    for row in range(H):
        right.text(-0.7, row * k + (k - 1) / 2, f"strip {row}", ha="right", va="center", size=10,
                   color=palette.INK)
    left.set(xlim=(-0.6, picture.shape[1] - 0.4), ylim=(H * k / 2 + H / 2 - 0.4, H / 2 - H * k / 2 - 0.6))
    right.set(xlim=(-2.1, OW + 0.85 * (H - k + 1) - 0.2), ylim=(H * k - 0.4, -0.6))
    left.set_xlabel("picture")
    right.set_xlabel("its strips, as they lie in memory")
    _title(figure, title)


def _grid(axis, numbers, shades):
    """Numbers in boxes; rows with an odd shade are grey."""
    for (row, column), value in np.ndenumerate(numbers):
        axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, edgecolor="#B9BFC6", lw=1,
                                 facecolor="#EEF0F3" if shades[row] % 2 else "white"))
        axis.text(column, row, f"{value:g}", ha="center", va="center", size=11, color=palette.DATA)
    axis.set(aspect="equal", xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
