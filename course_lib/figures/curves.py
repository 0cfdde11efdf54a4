"""Curves of one variable: the sigmoid, the error of a difference, a descent."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.circuit import stable_sigmoid
from course_lib.figures import palette

__all__ = ["sigmoid_and_slope", "difference_errors", "one_step_answers", "descent"]


def sigmoid_and_slope():
    """The sigmoid and its slope over [−6, 6]; the slope peaks at 1/4."""
    z = np.linspace(-6, 6, 241)
    s = np.array([stable_sigmoid(float(v)) for v in z])
    _, ax = plt.subplots()
    ax.plot(z, s, color=palette.FORWARD)
    ax.plot(z, s * (1 - s), color=palette.BACKWARD, linestyle="--")
    ax.plot([0, 0], [0.5, 0.25], "o", color=palette.INK, markersize=5)
    ax.annotate("σ(0) = 0.5", (0, 0.5), (8, -12), textcoords="offset points", color=palette.INK)
    ax.annotate("σ′(0) = 0.25", (0, 0.25), (8, 6), textcoords="offset points", color=palette.INK)
    ax.text(5.9, 0.9, "σ(z)", color=palette.FORWARD, ha="right")
    ax.text(5.9, 0.05, "σ′(z)", color=palette.BACKWARD, ha="right")
    ax.set(xlabel="z", ylim=(-0.02, 1.05), title="Steepest where it is undecided")


def difference_errors(steps, forward, centred):
    """Relative errors of two difference quotients against the step h, both axes logarithmic.

    Parameters
    ----------
    steps, forward, centred : sequences of float
        The step sizes, and the relative error of the one-sided and of the centred difference.
    """
    steps, forward, centred = (np.asarray(v, dtype=float) for v in (steps, forward, centred))
    lowest = np.finfo(float).eps / 4                   # an error of exactly 0 has no logarithm
    _, ax = plt.subplots(figsize=(5, 3.7))
    ax.loglog(steps, np.maximum(forward, lowest), "s--", color=palette.MUTED, markersize=4)
    ax.loglog(steps, np.maximum(centred, lowest), "o-", color=palette.BACKWARD, markersize=5)
    ax.text(2e-3, 3e-2, "one-sided", color=palette.MUTED, ha="center")
    ax.text(1.4e-3, 2e-10, "centred:\ntruncation,\nslope 2", color=palette.BACKWARD)
    ax.text(1e-15, 1e-8, "rounding,\nslope −1", color=palette.INK)
    ax.text(1e-5, 2e-13, "valley", color=palette.INK, ha="center")
    ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-13, 9),
           title="Too large a step is wrong, too small a step too")


def one_step_answers(loss, answers):
    """A loss over w₂, with where several "first steps" land on it.

    Parameters
    ----------
    loss : callable
        w2 to the loss, for a float.
    answers : dict
        From the name of an answer to the w2 it lands on; the write-up's are drawn as crosses.
    """
    span = np.linspace(-0.25, 0.75, 101)
    _, ax = plt.subplots()
    ax.plot(span, [loss(float(w)) for w in span], color=palette.MUTED)
    start = loss(0.0)
    ax.plot([0], [start], "o", color=palette.INK)
    ax.annotate("start", (0, start), (-4, -17), textcoords="offset points", color=palette.INK,
                ha="right")
    for label, w in answers.items():
        good = "write-up" not in label
        colour = palette.WEIGHT if good else palette.BACKWARD
        ax.plot([w], [loss(w)], "o" if good else "X", color=colour, markersize=8)
        ax.annotate(label, (w, loss(w)), (4, 10), textcoords="offset points", color=colour)
    ax.set(xlabel="w₂ after one step", ylabel="L = (t − f)²", xlim=(-0.3, 0.95),
           ylim=(19.3, 20.75), title="All steps but one go downhill")


def descent(f, gradient, target):
    """A descent on a logarithmic clock: the output above, the size of the gradient below.

    Parameters
    ----------
    f, gradient : sequences of float
        The output and `|∂L/∂w2|` before step 1, 2, 3, ...
    target : float
        The number that f is asked to reach.
    """
    f, gradient = np.asarray(f), np.abs(gradient)
    k = np.arange(1, len(f) + 1)
    _, (top, bottom) = plt.subplots(2, 1, figsize=(5, 5), sharex=True)
    top.semilogx(k, f, color=palette.FORWARD)
    top.axhline(target, color=palette.DATA, linestyle=":")
    top.axhline(1, color=palette.MUTED, linewidth=1)
    top.text(k[-1], target - 0.15, f"target {target:g}", color=palette.DATA, ha="right", va="top")
    top.text(k[-1], 1.25, "no sigmoid gets past 1", color=palette.MUTED, ha="right")
    top.text(1.1, f[0] - 0.1, "f", color=palette.FORWARD, va="top")
    top.set(ylim=(0, target + 0.6), ylabel="output f", title="The target stays out of reach ...")
    bottom.loglog(k, gradient, color=palette.BACKWARD, linestyle="--")
    bottom.text(k[-1] / 40, gradient[-1] * 120, "ten times the steps,\na tenth of the gradient",
                color=palette.BACKWARD)
    bottom.set(xlabel="step (logarithmic)", ylabel="|∂L/∂w₂|", title="... and the gradient dies")
