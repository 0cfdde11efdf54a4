"""Figures on reading a page: the pages, and what each stage makes of them."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures import palette
from course_lib.figures.style import WIDTH

PALE = .35      # of ink under a line that has to be seen: a grey in which black stands out


def _show(axes, image, title=None):
    """A picture without ticks; grey ones black on white as they are."""
    axes.imshow(image, cmap="gray", vmin=0, vmax=1 if image.dtype.kind in "bf" else 255)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=palette.MUTED, linewidth=.8)
    if title:
        axes.set_title(title, loc="left")


def stack(images, titles):
    """Draw pictures one below the other, each over the full width.

    Parameters
    ----------
    images : list of arrays
        Grey (H, W) or colour (H, W, 3); floats in [0, 1], booleans, or uint8.
    titles : list of str
    """
    shapes = [np.shape(image)[0] / np.shape(image)[1] for image in images]
    height = sum(WIDTH * s + .38 for s in shapes)
    figure, axes = plt.subplots(len(images), 1, figsize=(WIDTH, height), height_ratios=shapes,
                                squeeze=False)
    for ax, image, title in zip(axes[:, 0], images, titles):
        _show(ax, _halved(np.asarray(image)), title)


def _halved(image):
    """A photograph at half size, if that still fills the page: grain makes large PNG files."""
    if image.dtype.kind == "b" or image.shape[1] < 2 * 100 * WIDTH * .9:
        return image
    h, w = (n // 2 * 2 for n in image.shape[:2])
    blocks = image[:h, :w].reshape(h // 2, 2, w // 2, 2, *image.shape[2:])
    return blocks.mean(axis=(1, 3)).astype(image.dtype)


def light(stages, row):
    """Draw a photograph's brightness along one row of pixels, before and after evening the light.

    Parameters
    ----------
    stages : dict
        Of a page read: "grey", "even" are used.
    row : int
    """
    from skimage.filters import threshold_otsu

    from course_lib.reading.light import paper_brightness

    grey, even = stages["grey"], stages["even"]
    figure, (top, bottom) = plt.subplots(2, 1, sharex=True, sharey=True, figsize=(WIDTH, 4.6))
    for ax, picture in ((top, grey), (bottom, even)):
        ax.plot(picture[row], color=palette.DATA, linewidth=1)
        ax.axhline(threshold_otsu(picture), color=palette.INK, linestyle="--", linewidth=1.2)
        ax.set_ylabel("brightness")
    top.plot(paper_brightness(grey)[row], color=palette.FORWARD, linewidth=2)
    top.text(10, paper_brightness(grey)[row, 10] + .07, "paper", color=palette.FORWARD)
    for ax, picture in ((top, grey), (bottom, even)):
        ax.text(picture.shape[1] - 5, threshold_otsu(picture) + .02, "one threshold", ha="right",
                bbox=dict(facecolor="white", edgecolor="none", pad=1, alpha=.8))
    top.set(ylim=(0, 1.12), title="The paper is darker here than ink is there ...")
    bottom.set(title="... until each pixel is divided by its paper", xlabel="column (pixels)")


def boxes(image, found, title, labels=None, wrong=()):
    """Draw boxes around what was found on a page, with labels on their right.

    Parameters
    ----------
    image : array
    found : list
        Of things with a `.box` (top, left, bottom, right) in pixels of the image.
    labels : list of str, optional
    wrong : set of int
        The positions in `found` to be marked by a heavy, dashed box.
    """
    image = np.asarray(image)
    figure, ax = plt.subplots(figsize=(WIDTH, WIDTH * image.shape[0] / image.shape[1] + .45))
    _show(ax, image)
    for n, item in enumerate(found):
        top, left, bottom, right = item.box
        bad = n in wrong
        ax.add_patch(plt.Rectangle((left - 1, top - 1), right - left + 1, bottom - top + 1, fill=False,
                                   edgecolor=palette.INK if bad else palette.FORWARD,
                                   linewidth=2.2 if bad else 1.2, linestyle="--" if bad else "-"))
        if labels is not None:
            ax.text(right + .006 * image.shape[1], (top + bottom) / 2, labels[n], va="center",
                    fontsize=10, weight="bold", color=palette.INK if bad else palette.FORWARD)
    ax.set_title(title, loc="left")


def order(image, found, title):
    """Draw the way from each thing found to the next, as a line through their middles."""
    image = np.asarray(image)
    figure, ax = plt.subplots(figsize=(WIDTH, WIDTH * image.shape[0] / image.shape[1] + .45))
    _show(ax, (image + 1) / 2 if image.dtype.kind == "f" else (image // 2 + 128).astype(np.uint8))  # pale
    y, x = np.array([p.centre for p in found]).T
    ax.plot(x, y, color=palette.FORWARD, linewidth=1.3)
    ax.plot(x[0], y[0], "o", color=palette.FORWARD, markersize=8)
    ax.text(x[0], y[0] - 8, "start", color=palette.FORWARD, ha="center")
    ax.set_title(title, loc="left")


def overview(page):
    """Draw six looks at a page of at most ten digits on its way from the photograph to the labels.

    Parameters
    ----------
    page : reading.Page
    """
    stages, found = page.stages, page.stages["ordered"]
    shape = np.shape(stages["grey"])
    figure, axes = plt.subplots(3, 2, figsize=(WIDTH, 1.5 * WIDTH * shape[0] / shape[1] + .8))
    looks = {"Photograph": stages["grey"], "Light, evened": stages["even"] / stages["even"].max(),
             "Ink, dark on its paper": ~stages["mask"], "Pieces, in order": 1 - PALE * stages["mask"],
             "Frames, for the network": _rack(stages["pictures"], shape), "Labels": 1 - PALE * stages["mask"]}
    for ax, (title, look) in zip(axes.flat, looks.items()):
        _show(ax, look)
        ax.set_title(title, size=10)
    y, x = np.array([part.centre for part in found]).T
    axes[1, 1].plot(x, y, ".-", color=palette.FORWARD, linewidth=1.2)
    for part, digit in zip(found, page.digits):
        axes[2, 1].text(part.centre[1], part.bottom + 4, digit.label, ha="center", va="top",
                        weight="bold", color=palette.FORWARD)


def _rack(pictures, shape):
    """Pictures (N, 28, 28) in two rows, spread over black whose sides are to each other as in the shape."""
    columns = -(-len(pictures) // 2)
    rack = np.zeros((60, 60 * shape[1] // shape[0]))
    step = rack.shape[1] // columns
    for n, picture in enumerate(pictures):
        row, column = divmod(n, columns)
        left = column * step + (step - 28) // 2
        rack[1 + 30 * row:29 + 30 * row, left:left + 28] = picture
    return rack


def cut(part, pieces, path, title):
    """Draw ink that hangs together, the cheapest way through it, and the two pieces.

    Parameters
    ----------
    part : Part
    pieces : list of Part
    path : (h,) array
        The column of the cut in every row.
    title : str
    """
    figure, (whole, after) = plt.subplots(1, 2, figsize=(WIDTH, 2.9))
    _show(whole, 1 - PALE * part.mask, "One piece of ink")
    _way(whole, path, made=True)
    gap = part.width // 6
    apart = np.zeros((part.height, part.width + gap), bool)
    for piece, away in zip(pieces, (0, gap)):
        top, left = piece.top - part.top, piece.left - part.left + away
        apart[top:top + piece.height, left:left + piece.width] |= piece.mask
    _show(after, ~apart, "Its two pieces, set apart")
    figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def _way(ax, path, made):
    """A way through pale ink: a heavy line where it was cut, a thin dashed one where it might be."""
    ax.plot(path, np.arange(len(path)), color=palette.INK if made else palette.MUTED,
            linewidth=2.4 if made else 1, linestyle="-" if made else "--")


def lattice(part, cuts, chosen):
    """Draw the places where ink may be cut, and those that are.

    Parameters
    ----------
    part : Part
    cuts : list of (h,) arrays
        The column of each possible cut in every row.
    chosen : list of int
        The positions in `cuts` of those that were made.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, WIDTH * part.height / part.width + .5))
    _show(ax, 1 - PALE * part.mask)
    for n, path in enumerate(cuts):
        _way(ax, path, made=n in chosen)
    ax.spines[:].set_visible(False)
    ax.set_title("All places to cut, and the way that was taken", loc="left")


def reliability(raw, calibrated):
    """Draw how often digits are right against how sure the reader said it was, raw and calibrated.

    Parameters
    ----------
    raw, calibrated : lists of (said, so, digits)
        For groups of digits: the mean probability given, the share that was right, how many they are.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 3.9))
    ax.plot([0, 1], [0, 1], color=palette.MUTED, linestyle="--", linewidth=1.2)
    ax.text(.30, .22, "as sure as right", color=palette.MUTED, rotation=33, ha="center")
    for groups, colour, marker, name in ((raw, palette.MUTED, "s", "as the networks say"),
                                         (calibrated, palette.INK, "o", "calibrated")):
        said, so, _ = np.array(groups).T
        ax.plot(said, so, marker=marker, color=colour, label=name, linewidth=1.5)
    ax.set(xlim=(0, 1.02), ylim=(0, 1.04), xlabel="how sure it says it is", ylabel="share that is right")
    ax.set_title("How sure it says it is, and how often it is right", loc="left")
    ax.legend(loc="lower right", frameon=False)


def stages(shares, levels):
    """Draw what share of digits is right with one stage left out, a row of dots for each stage.

    Parameters
    ----------
    shares : dict of list of float
        From the name of the stage left out to one less the mistakes for each digit, at each level; the
        first line leaves out none. More mistakes than digits are drawn at 0, with their number.
    levels : list of str
    """
    figure, ax = plt.subplots(figsize=(WIDTH, .36 * len(shares) + 1.3))
    names, values = list(shares), np.maximum(0, np.array(list(shares.values()))) * 100
    below = {name: row for name, row in shares.items() if min(row) < 0}
    for name, row in below.items():
        ax.text(4, names.index(name), " and ".join(f"{share:.0%}".replace("-", "\u2212") for share in row),
                va="center", size=10, color=palette.MUTED)
    for n, (level, colour, marker, dashes) in enumerate(zip(levels, (palette.INK, palette.MUTED), "os", ("--", ":"))):
        ax.axvline(values[0, n], color=colour, linestyle=dashes, linewidth=1)
        ax.plot(values[:, n], range(len(names)), marker, color=colour, label=level, markersize=7)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(xlabel="digits less mistakes (%)", xlim=(-3, 103), ylabel="left out")
    ax.legend(loc="lower left", frameon=False)
    ax.set_title("What each stage is worth", loc="left")


def portraits(groups, titles, captions=None):
    """Draw rows of 28 x 28 pictures as the network sees them.

    Parameters
    ----------
    groups : list of (N, 28, 28) arrays
        One row each, at most ten pictures.
    titles : list of str
    captions : list of list of str, optional
        Under each picture of each group.
    """
    gap, step = 4, 32
    most = max(map(len, groups))
    pixel = WIDTH / (most * step)                            # inches
    figure, axes = plt.subplots(len(groups), 1, squeeze=False, figsize=(
        WIDTH, len(groups) * (step * pixel + (.75 if captions else .4))))
    for r, (group, title) in enumerate(zip(groups, titles)):
        ax, strip = axes[r, 0], np.zeros((28, most * step - gap))
        for c, picture in enumerate(group):
            left = c * step
            strip[:, left:left + 28] = picture
            ax.add_patch(plt.Rectangle((left - .5, -.5), 28, 28, fill=False, linewidth=1,
                                       edgecolor=palette.MUTED, clip_on=False))
            if captions:
                ax.text(left + 13.5, 30, captions[r][c], ha="center", va="top", fontsize=10)
        ax.imshow(strip, cmap=palette.PIXELS, vmin=0, vmax=1)
        ax.set_title(title, loc="left")
        ax.axis("off")
