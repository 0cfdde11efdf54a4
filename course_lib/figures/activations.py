"""Figures on activations: what they cost, what they do to gradients, and how units die."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter

from course_lib.figures import palette
from course_lib.figures.style import WIDTH

# One line style and marker per activation, in every figure of this module.
LOOK = {"sigmoid": ("-", "o"), "tanh": ("--", "s"), "ReLU": (":", "^")}


def curves():
    """Draw σ, tanh and ReLU, and under them their slopes."""
    z = np.linspace(-6, 6, 601)
    s, t = (1 + np.tanh(z / 2)) / 2, np.tanh(z)
    values = {"sigmoid": s, "tanh": t, "ReLU": np.maximum(z, 0)}
    slopes = {"sigmoid": s * (1 - s), "tanh": 1 - t * t, "ReLU": (z > 0).astype(float)}
    figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(WIDTH, 4.8))
    for name, (line, _) in LOOK.items():
        top.plot(z, values[name], line, color=palette.FORWARD)
        bottom.plot(z, slopes[name], line, color=palette.BACKWARD)
    top.set(ylim=(-1.2, 2.4), ylabel="g(z)", title="Three bends ...")
    for where, name in {(0.35, 1.75): "ReLU", (3.4, 1.13): "tanh", (-5.9, 0.13): "sigmoid"}.items():
        top.text(*where, name)
    bottom.axhline(0.25, color=palette.MUTED, linewidth=1)
    bottom.text(-5.9, 0.28, "a quarter", color=palette.MUTED)
    bottom.set(ylim=(-0.05, 1.15), xlabel="pre-activation z", ylabel="slope g′(z)",
               title="... and the sigmoid's is never steeper than 1/4")
    for where, name in {(3.4, 1.03): "ReLU", (-2.15, 0.72): "tanh", (2.0, 0.14): "sigmoid"}.items():
        bottom.text(*where, name)


def scalar_cost(seconds, entries):
    """Draw what each elementwise operation costs.

    Parameters
    ----------
    seconds : dict
        From a name to the seconds that the operation took on an array.
    entries : int
        The number of entries of that array.
    """
    nanoseconds = {name: 1e9 * s / entries for name, s in seconds.items()}
    figure, axes = plt.subplots(figsize=(WIDTH, 0.5 * len(seconds) + 1.3))
    bars = axes.barh(list(nanoseconds), list(nanoseconds.values()), color=palette.FORWARD)
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set(xlabel="nanoseconds per entry", title="Alone, a sigmoid costs several ReLUs")


def step_shares(steps, highlight="activation"):
    """Draw one bar per network: a training step, cut up by kind of layer.

    All bars have the same scale: the first network's whole step is 100 %.

    Parameters
    ----------
    steps : dict of dict
        From a network's name to {kind of layer: seconds}.
    highlight : str
        The kind that stands out; the others are grey.
    """
    unit = sum(next(iter(steps.values())).values())
    kinds = list(next(iter(steps.values())))
    greys = iter(["#4A5058", "#868D96", "#B4BAC1", "#D9DDE2"])
    colours = {k: palette.FORWARD if k == highlight else next(greys) for k in kinds}
    figure, axes = plt.subplots(figsize=(WIDTH, 0.75 * len(steps) + 1.75))
    for row, parts in enumerate(steps.values()):
        left = 0
        for kind in kinds:
            share = parts[kind] / unit
            axes.barh(row, share, left=left, height=0.6, color=colours[kind], edgecolor="white",
                      hatch="///" if kind == highlight else None, label=kind if row == 0 else None)
            left += share
        mine = f"{parts[highlight] / unit:.0%}"
        axes.text(left + 0.01, row, mine, va="center", color=palette.FORWARD, weight="bold")
    axes.set(yticks=range(len(steps)), yticklabels=list(steps), xlabel="share of the first step's time")
    axes.set_title("The activation is a small part of a step")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.invert_yaxis()
    axes.margins(x=0.12)
    figure.legend(loc="outside lower left", ncols=3, fontsize=10, handlelength=1.2, columnspacing=1)


def gradient_by_layer(sizes, title="Sigmoid gradients fade fourfold a layer"):
    """Draw the size of ∂L/∂z in every layer on a logarithmic scale, one line per activation.

    Parameters
    ----------
    sizes : dict
        From an activation's name to its list of sizes, the first hidden layer first.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    for name, values in sizes.items():
        line, marker = LOOK[name]
        layers = np.arange(1, len(values) + 1)
        axes.semilogy(layers, values, line, marker=marker, markersize=5, color=palette.BACKWARD)
        k = len(values) // 2
        across, up = {"sigmoid": (8, -12), "tanh": (-30, -18), "ReLU": (-30, 7)}[name]
        axes.annotate(name, (layers[k], values[k]), xytext=(across, up), textcoords="offset points")
    axes.set(xlabel="hidden layer ℓ (the loss is on the right)", ylabel="size of dz = ∂L/∂z",
             title=title, xticks=[1, 5, 10, 15, 20])
    axes.margins(y=0.12)


def gain(gains, factors, saturated):
    """Draw, over the scale of the weights, the gradient's factor per layer and the saturation.

    Parameters
    ----------
    gains : (K,) array
        The weights' scale, in units of Xavier's.
    factors : (K,) array
        By what the gradient is multiplied in each layer on its way back.
    saturated : (K,) array
        The share of units whose slope is below a hundredth.
    """
    figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(WIDTH, 4.8))
    top.loglog(gains, factors, "-o", color=palette.BACKWARD, markersize=5)
    top.axhline(1, color=palette.MUTED, linewidth=1)
    top.text(gains[0], 1.07, "neither fades nor explodes", color=palette.MUTED)
    top.set(ylabel="gradient's factor", yticks=[0.125, 0.25, 0.5, 1, 2],
            yticklabels=["1/8", "1/4", "1/2", "1", "2"], ylim=(0.1, 2.6),
            title="Ten times the weights buys it back ...")
    top.minorticks_off()
    bottom.semilogx(gains, saturated, "-s", color=palette.FORWARD, markersize=5)
    bottom.yaxis.set_major_formatter(PercentFormatter(1))
    bottom.set(ylabel="units with σ′ < 0.01", ylim=(-0.04, 1), xticks=gains,
               xticklabels=[f"{g:g}" for g in gains], xlabel="scale of the weights (1 = Xavier)",
               title="... and saturates half the units")
    bottom.minorticks_off()


def losses(panels, title=None, window=10):
    """Draw training losses, smoothed over `window` steps, one panel below the other.

    Parameters
    ----------
    panels : dict of dict
        From a panel's title to {label of the curve: list of losses}. A label's first word may be
        an activation; it decides the line style.
    """
    figure, all_axes = plt.subplots(len(panels), 1, sharex=True, squeeze=False,
                                    figsize=(WIDTH, 2.4 * len(panels) + 0.4))
    for axes, (name, curves_) in zip(all_axes[:, 0], panels.items()):
        ends = []
        for label, loss in curves_.items():
            smooth = np.convolve(loss, np.ones(window) / window, mode="valid")
            steps = np.arange(len(smooth)) + window
            axes.plot(steps, smooth, LOOK.get(label.split()[0], ("-", ""))[0], color=palette.INK)
            ends.append((smooth[-1], label))
        lowest = 0.0
        for value, label in sorted(ends):        # labels at the right end, pushed apart
            lowest = max(value, lowest)
            axes.text(steps[-1] * 1.015, lowest, label, va="center", fontsize=10)
            lowest += 0.3
        axes.axhline(np.log(10), color=palette.MUTED, linewidth=1)
        axes.text(steps[-1], np.log(10) - 0.08, "ln 10: pure guessing", color=palette.MUTED,
                  fontsize=10, ha="right", va="top")
        axes.set(ylabel="loss", ylim=(0, 2.75), title=name)
        axes.margins(x=0)
    all_axes[-1, 0].set_xlabel("training step")


def activity(values):
    """Draw what every unit of a hidden layer puts out for one picture, one panel per activation.

    Parameters
    ----------
    values : dict
        From an activation's name to (n,) outputs. Exact zeros are marked on the axis.
    """
    figure, all_axes = plt.subplots(len(values), 1, sharex=True, squeeze=False,
                                    figsize=(WIDTH, 1.7 * len(values) + 0.5))
    for axes, (name, y) in zip(all_axes[:, 0], values.items()):
        unit = np.arange(1, len(y) + 1)
        on = y != 0
        axes.vlines(unit[on], 0, y[on], color=palette.FORWARD, linewidth=2)
        axes.plot(unit[~on], y[~on], "x", color=palette.INK, markersize=5, clip_on=False)
        axes.set(ylabel="output y", title=f"{name}: {np.sum(~on)} of {len(y)} units say exactly 0")
        axes.set_ylim(0, None)
    all_axes[-1, 0].set_xlabel("unit of the first hidden layer (x: exactly zero)")


def dead_by_rate(rates, dead, start, total):
    """Draw how many of `total` units are dead after some steps, over the learning rate.

    `start` is how many were dead before the first step.
    """
    figure, axes = plt.subplots()
    axes.semilogx(rates, dead, "-o", color=palette.FORWARD, markersize=5)
    axes.axhline(total, color=palette.MUTED, linewidth=1)
    axes.text(rates[0], total - 2, f"all {total}", color=palette.MUTED, va="top")
    axes.axhline(start, color=palette.MUTED, linewidth=1)
    axes.text(rates[-1], start - 1.5, "dead before the first step", color=palette.MUTED,
              ha="right", va="top")
    axes.set(ylim=(0, total + 4), xlabel="learning rate of the first 100 steps", ylabel="dead units",
             title="A large learning rate kills ReLU units")
    ticks = [r for r in (0.01, 0.03, 0.1, 0.3, 1, 3) if rates[0] <= r <= rates[-1]]
    axes.set_xticks(ticks, [f"{r:g}" for r in ticks])
    axes.minorticks_off()


def revived(cures):
    """Draw, for every cure, how many of the dead units came back.

    Parameters
    ----------
    cures : dict
        From a cure's name to (units revived, units that were dead).
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 0.48 * len(cures) + 1.3))
    shares = [back / dead for back, dead in cures.values()]
    bars = axes.barh(list(cures), shares, color=palette.FORWARD)
    axes.bar_label(bars, [f"{back} of {dead}" for back, dead in cures.values()], padding=3)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set(xlim=(0, 1), xlabel="dead units that came back")
    axes.set_title("A whole dead layer needs a slope to wake", x=-0.45)
