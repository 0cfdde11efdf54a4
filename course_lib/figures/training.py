"""Training and its result: one step, the ingredients of SGD, the loss, errors and how sure they are."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures import palette
from course_lib.figures.style import WIDTH


def bring_to_28(raw, images):
    """Draw 8x8 digits above the same digits at 28x28."""
    figure, axes = plt.subplots(2, len(raw), figsize=(WIDTH, 2.3))
    for column, pair in enumerate(zip(raw, images)):
        for axis, picture in zip(axes[:, column], pair):
            axis.imshow(picture, cmap=palette.PIXELS, vmin=0)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=True, color=palette.MUTED, linewidth=0.8)
    axes[0, 0].set_ylabel("8×8")
    axes[1, 0].set_ylabel("28×28")
    figure.suptitle("The same digits before and after", x=0.01, ha="left", weight="bold", size=12)


def batch_angles(angles):
    """Draw how far a batch's gradient points away from the gradient of all the data.

    Parameters
    ----------
    angles : dict
        {batch size: degrees, one per batch drawn}
    """
    figure, axis = plt.subplots()
    sizes = list(angles)
    for size in sizes:
        axis.plot([size] * len(angles[size]), angles[size], "o", color=palette.BACKWARD, alpha=0.5,
                  markersize=5)
    axis.plot(sizes, [np.mean(angles[size]) for size in sizes], color=palette.BACKWARD)
    axis.axhline(90, color=palette.MUTED, linewidth=1, linestyle="--")
    axis.text(sizes[-1], 91.5, "90°: no idea of the way down", ha="right", color=palette.MUTED,
              size=10)
    axis.set_xscale("log")
    axis.set_xticks(sizes, labels=[str(size) for size in sizes])
    axis.minorticks_off()
    axis.set(xlabel="digits in the batch", ylabel="angle to the full gradient", ylim=(0, 115),
             yticks=[0, 30, 60, 90])
    axis.yaxis.set_major_formatter("{x:.0f}°")
    axis.set_title("Fifty digits point roughly downhill")


def _descend(start, curvature, lr, momentum, steps):
    """Return the path (steps + 1, 2) of gradient descent in the valley ½ Σ curvature·w²."""
    w, v = np.array(start, float), np.zeros(2)
    path = [w]
    for _ in range(steps):
        v = momentum * v + curvature * w
        w = w - lr * v
        path.append(w)
    return np.array(path)


def valley(lr=0.0185, steps=45, curvature=(1.0, 100.0)):
    """Draw plain gradient descent and momentum in a long narrow valley, from one start."""
    curvature = np.array(curvature)
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 4.4), sharex=True)
    x, y = np.meshgrid(np.linspace(-10.6, 5, 150), np.linspace(-1.5, 1.5, 80))
    height = 0.5 * (curvature[0] * x**2 + curvature[1] * y**2)
    for axis, momentum, name in zip(axes, (0.0, 0.9), ("plain", "momentum 0.9")):
        path = _descend((-10, 0.6), curvature, lr, momentum, steps)
        axis.contour(x, y, height, levels=[1, 5, 15, 30, 50, 80], colors="#C3C9D0", linewidths=1)
        axis.plot(*path.T, "o-", color=palette.WEIGHT, markersize=3.5, linewidth=1.2)
        axis.plot(0, 0, "*", color=palette.INK, markersize=12)
        axis.set_title(f"{name}: after {steps} steps at {path[-1, 0]:+.1f}".replace("-", "\u2212"),
                       size=11, weight="normal")
        axis.set(ylim=(-1.5, 1.5), yticks=[], ylabel="steep weight")
    axes[1].set_xlabel("flat weight (the minimum ★ is at 0)")
    figure.suptitle("Momentum hurries along the valley floor", x=0.01, ha="left", weight="bold",
                    size=12)


def rates(schedule, assignment=3000, ours=300):
    """Draw the learning rate, relative to its start, over a run of training."""
    figure, axis = plt.subplots(figsize=(WIDTH, 2.7))
    steps = np.arange(10_001)
    share = np.array([schedule(i) for i in steps]) / schedule(0)
    axis.plot(steps, 100 * share, color=palette.MUTED, linestyle=":")
    axis.plot(steps[:assignment + 1], 100 * share[:assignment + 1], color=palette.INK, linewidth=3)
    for end, name in ((ours, "our run\nends"), (assignment, "the assignment's\nrun ends")):
        axis.plot(end, 100 * share[end], "o", color=palette.INK, markersize=7)
        axis.annotate(f"{name}: {100 * share[end]:.0f}%", (end, 100 * share[end]), (8, 4),
                      textcoords="offset points", size=10)
    axis.set(ylim=(0, 118), xlim=(0, 10_000), xlabel="iteration", ylabel="rate, % of its start",
             xticks=[0, 3000, 6000, 10_000])
    axis.set_title("The schedule barely moves in the time given")


def decay(lr=0.01, weight_decay=5e-4, momentum=0.9, steps=3000):
    """Draw what weight decay leaves of a weight that no gradient holds."""
    figure, axis = plt.subplots(figsize=(WIDTH, 2.7))
    for mu, colour, style, at in ((0.0, palette.MUTED, "--", 3), (momentum, palette.WEIGHT, "-", -4)):
        w, v, left = 1.0, 0.0, []
        for _ in range(steps):
            left.append(100 * w)
            v = mu * v + weight_decay * w
            w -= lr * v
        axis.plot(left, color=colour, linestyle=style)
        name = f"momentum {mu:g}" if mu else "no momentum"
        axis.text(steps, left[-1] + at, f"{name}: {left[-1]:.1f}%", ha="right",
                  va="bottom" if at > 0 else "top", size=10.5, color=colour)
    axis.set(ylim=(0, 118), xlim=(0, steps), xlabel="step, with no other gradient",
             ylabel="what is left, %")
    axis.set_title("Weight decay is a slow leak")


def loss(values, window=20, classes=10, title="From a guess to near certainty"):
    """Draw every batch's loss and its running mean, on a logarithmic scale."""
    values = np.asarray(values, float)
    figure, axis = plt.subplots()
    axis.semilogy(1 + np.arange(len(values)), np.maximum(values, 1e-5), ".", color=palette.FORWARD,
                  alpha=0.35, markersize=5)
    if len(values) >= window:
        mean = np.convolve(values, np.full(window, 1 / window), mode="valid")
        axis.semilogy(np.arange(window, len(values) + 1), np.maximum(mean, 1e-5),
                      color=palette.FORWARD)
        axis.annotate(f"mean of {window} batches", (window, mean[0]), (14, 10),
                      textcoords="offset points", color=palette.FORWARD, size=10.5)
    axis.axhline(np.log(classes), color=palette.MUTED, linewidth=1, linestyle="--")
    axis.text(len(values), 1.15 * np.log(classes), "a guess: ln 10 = 2.30", ha="right", va="bottom",
              color=palette.MUTED, size=10.5)
    axis.set(xlabel="step", ylabel="loss of the batch", ylim=(None, 12))
    axis.set_title(title)


def masks(curves, title):
    """Draw losses of training with a right and with a wrong backward pass, without and with momentum.

    Parameters
    ----------
    curves : dict
        {(momentum, name): losses (runs, steps)}, the right pass named "right".
    """
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.9), sharey=True)
    for axis, momentum in zip(axes, sorted({momentum for momentum, _ in curves})):
        for name, colour, style in (("right", palette.INK, "-"), ("always true", palette.MUTED, "--")):
            for n, run in enumerate(curves[momentum, name]):
                run = np.nan_to_num(run, nan=1e9, posinf=1e9)
                axis.semilogy(1 + np.arange(len(run)), run, style, color=colour, linewidth=1.3,
                              label=name if n == 0 else None)
        axis.axhline(np.log(10), color=palette.MUTED, linewidth=1, linestyle=":")
        axis.set(ylim=(0.02, 40), xlabel="step")
        axis.set_title(f"momentum {momentum:g}" if momentum else "plain steps", size=11, weight="normal")
    axes[0].set_ylabel("loss of the batch")
    axes[0].legend(loc="lower left", fontsize=10, title="mask", frameon=False)
    figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def confusion(true, read, title="Rows: the digit. Columns: what was read"):
    """Draw a confusion matrix with scikit-learn's display; right answers grey, errors in colour."""
    figure, axis = plt.subplots(figsize=(WIDTH, 4.9))
    from sklearn.metrics import ConfusionMatrixDisplay  # a second, for who draws one

    display = ConfusionMatrixDisplay.from_predictions(
        true, read, labels=range(10), ax=axis, colorbar=False, cmap="Blues",
        im_kw={"vmin": 0, "vmax": 4}, text_kw={"size": 10.5})
    _calm(display, axis, title)
    axis.set(xlabel="read as", ylabel="the digit is")


def given_confusion(matrix, title):
    """Draw a confusion matrix that was given as counts, its axes not named."""
    figure, axis = plt.subplots(figsize=(WIDTH, 4.9))
    from sklearn.metrics import ConfusionMatrixDisplay  # a second, for who draws one

    display = ConfusionMatrixDisplay(np.asarray(matrix), display_labels=range(10))
    display.plot(ax=axis, colorbar=False, cmap="Blues", im_kw={"vmin": 0, "vmax": 4},
                 text_kw={"size": 10.5})
    _calm(display, axis, title)
    axis.set(xlabel="one of the two", ylabel="the other one")


def _calm(display, axis, title):
    """Take the diagonal's colour and the zeros away, so that the errors stand out."""
    matrix = display.confusion_matrix
    shown = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    display.im_.set_data(shown)
    for (i, j), text in np.ndenumerate(display.text_):
        text.set_text(str(matrix[i, j]) if matrix[i, j] else "")
        text.set_color(palette.MUTED if i == j else palette.INK)
        text.set_weight("normal" if i == j else "bold")
    axis.spines[:].set_visible(True)
    axis.tick_params(length=0)
    axis.set_title(title)


def intervals(results, title):
    """Draw shares of right answers with their 95% Wilson intervals.

    Parameters
    ----------
    results : list of (label, right, count)
    """
    from course_lib.statistics import wilson
    figure, axis = plt.subplots(figsize=(WIDTH, 0.62 * len(results) + 1.1))
    for row, (label, right, count) in enumerate(results):
        low, high = wilson(right, count)
        share = 100 * right / count
        axis.plot([100 * low, 100 * high], [row, row], color=palette.FORWARD, linewidth=3)
        axis.plot(share, row, "o", color=palette.INK, markersize=7)
        axis.text(100 * low, row - 0.2, label, va="bottom", ha="left", size=10.5)
    axis.set(ylim=(len(results) - 0.5, -0.75), yticks=[], xlabel="right answers, % (95% interval)")
    axis.spines["left"].set_visible(False)
    axis.margins(x=0.08)
    axis.grid(axis="x")
    axis.set_title(title)


def pair_bars(shares, errors, title):
    """Draw, for each confused pair, its errors and how often it is on top in redrawn test sets.

    Parameters
    ----------
    shares : dict
        {(a, b): share of the rounds}
    errors : dict
        {(a, b): errors seen}
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.2))  # the same for any number of pairs: it is compared
    for row, (pair, share) in enumerate(shares.items()):
        axis.barh(row, 100 * share, color=palette.MUTED, height=0.65)
        count = errors[pair]
        axis.text(100 * share + 1, row, f"{count} error{'s' if count > 1 else ''}", va="center",
                  size=10)
    axis.set_yticks(range(len(shares)), labels=[f"{a} and {b}" for a, b in shares])
    axis.set(ylim=(len(shares) - 0.4, -0.6), xlim=(0, 100), xlabel="on top in % of redrawn test sets")
    axis.tick_params(axis="y", length=0)
    axis.set_title(title)


def forms(starts, unseen, seen, tail=500):
    """Draw the share of errors on every form, once with its writer in the training data.

    Parameters
    ----------
    starts : (F + 1,) integers
        Where every form begins, and where the last one ends.
    unseen, seen : (N,) booleans
        The errors, in the data's own order, when the form was left out of training and when not.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.3))
    rows = np.arange(len(starts) - 1)
    for wrong, colour, mark, label in (
            (unseen, palette.INK, "o", "the whole form left out of training"),
            (seen, palette.FORWARD, "s", "only these digits left out")):
        share = [100 * np.mean(wrong[a:b]) for a, b in zip(starts, starts[1:])]
        axis.plot(rows, share, mark, color=colour, markersize=7, label=label)
    for row, a, b in zip(rows, starts, starts[1:]):
        axis.plot([row, row], [100 * np.mean(seen[a:b]), 100 * np.mean(unseen[a:b])],
                  color=palette.MUTED, linewidth=1, zorder=0)
    first = np.searchsorted(starts, starts[-1] - tail, side="right") - 1.5   # the form it begins in
    axis.axvspan(first, rows[-1] + 0.5, color="#EEF0F2", zorder=-1)
    top = 1.15 * axis.get_ylim()[1]
    axis.set_ylim(top=top)
    axis.text(rows[-1] + 0.4, 0.99 * top, f"the last {tail}", ha="right", va="top", size=10,
              color=palette.MUTED)
    axis.set(xlabel="form, in the data's own order", ylabel="errors, %", xticks=rows)
    axis.set_xticklabels(rows + 1)
    axis.set_title("A new hand is harder to read")
    figure.legend(loc="outside lower center", fontsize=10)
