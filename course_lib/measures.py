"""Measurements: what errors can and cannot say, and what a map of activations shows.

First part: a share of right answers with its interval, and which pairs of classes are confused.
Second part: one map, (H, W), measured: is it blank, which way do its edges run, how thick are its
lines, how sharp is it, and is it a copy of another one.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.stats import norm
from skimage.morphology import skeletonize
from skimage.transform import resize

# ---------------------------------------------------------------- errors


def wilson(right, count, confidence=0.95):
    """Return the interval (low, high) of shares that `right` of `count` answers agree with.

    It holds every share p whose own spread, sqrt(p (1 - p) / count), reaches from p to the share
    that was seen: p is kept if `|right/count - p| <= z sqrt(p (1 - p) / count)`. Wilson (1927).

    Parameters
    ----------
    right, count : int
        How many answers were right, of how many; 0 <= right <= count, count > 0.
    confidence : float
        How often such an interval holds the true share, 0.95 by default (z = 1.96).

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.
    """
    if not (count > 0 and 0 <= right <= count):
        raise ValueError(f"expected 0 <= right <= count with count > 0; got {right} of {count}")
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence lies between 0 and 1, such as 0.95; got {confidence}")
    z = norm.ppf((1 + confidence) / 2)
    share = right / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    low = 0.0 if right == 0 else (middle - reach) / scale
    high = 1.0 if right == count else (middle + reach) / scale
    return float(low), float(high)


class Pair(NamedTuple):
    """Two classes, a < b, and how many answers took one for the other, either way round."""

    a: int
    b: int
    errors: int


def pairs(confusion):
    """Return every confused pair, most errors first; equal counts in the order of the digits.

    Parameters
    ----------
    confusion : (K, K) integers
        One row a true class and one column an answer, or the reverse: a pair is unordered, so the
        result is the same.

    Returns
    -------
    list of Pair
    """
    both = _square(confusion)
    both = both + both.T
    found = [Pair(int(a), int(b), int(both[a, b]))
             for a, b in zip(*np.triu_indices(len(both), k=1)) if both[a, b]]
    return sorted(found, key=lambda pair: (-pair.errors, pair.a, pair.b))


def redraw(confusion, rng, rounds=2000):
    """Draw other test sets like this one, and return in what share each pair comes out on top.

    A test set of the same size is drawn from the matrix's own answers, with replacement (the
    bootstrap of Efron, 1979). A pair is on top of a round if no other has more errors; ties go to
    all of the tied, so the shares may add up to more than 1.

    Returns
    -------
    dict
        {(a, b): share of the rounds}, for the pairs that were confused at all; highest first.
    """
    matrix = _square(confusion)
    count = matrix.sum()
    draws = rng.multinomial(count, matrix.ravel() / count, size=rounds).reshape(-1, *matrix.shape)
    both = draws + draws.transpose(0, 2, 1)
    seen = pairs(matrix)
    errors = np.stack([both[:, a, b] for a, b, _ in seen], axis=1)      # (rounds, pairs)
    top = (errors == errors.max(axis=1, keepdims=True)).mean(axis=0)
    shares = {(a, b): float(share) for (a, b, _), share in zip(seen, top)}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _square(confusion):
    matrix = np.asarray(confusion)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError("a confusion matrix is square, one row and one column a class; "
                         f"got shape {matrix.shape}")
    if matrix.dtype.kind not in "iu" or (matrix < 0).any() or matrix.sum() == 0:
        raise ValueError("a confusion matrix counts answers: integers, none negative, not all zero")
    return matrix


# ---------------------------------------------------------------- maps


def orientation(picture):
    """Return (angle, coherence): which way the lines and edges of a map run, and how much they agree.

    The gradient g is measured at every pixel; the direction in which the map changes most is the
    leading eigenvector of the sum of g gᵀ (the structure tensor), and edges run across it.

    Returns
    -------
    angle : float
        Degrees in [0, 180): 0 is horizontal, 90 vertical, 45 rises to the right.
    coherence : float
        In [0, 1]: 1 if all edges are parallel, 0 if no direction stands out (or nothing changes).
    """
    down, right = np.gradient(_map(picture))
    xx, yy, xy = (right**2).sum(), (down**2).sum(), (right * down).sum()
    total = xx + yy
    if total == 0:
        return 0.0, 0.0
    steepest = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))     # in picture axes: y points down
    return float((90 - steepest) % 180), float(np.hypot(xx - yy, 2 * xy) / total)


def tuning(kernel, angles, wavelength):
    """Return how strongly a kernel answers to gratings whose lines run at these angles.

    The answer to a sine of this wavelength, whatever its phase, swings by
    `|sum over (y, x) of kernel[y, x] exp(i k·(x, y))|`, k the grating's wave vector.

    Parameters
    ----------
    kernel : (k, k) array
    angles : (A,) array
        Degrees, as in `orientation`: 0 horizontal lines, 90 vertical lines.
    wavelength : float
        Pixels from one dark line to the next.
    """
    kernel = _map(kernel)
    y, x = np.mgrid[:kernel.shape[0], :kernel.shape[1]]
    across = np.radians(np.asarray(angles, float) + 90)[:, None, None]
    phase = 2 * np.pi / wavelength * (x * np.cos(across) - y * np.sin(across))
    return np.abs((kernel * np.exp(1j * phase)).sum(axis=(1, 2)))


def thickness(picture, detail=4):
    """Return how thick the lines of a map are, in pixels: the mean width along their middle.

    Ink is whatever is above half of the map's maximum. It is enlarged `detail` times, thinned to
    its skeleton, and at every point of that the width is twice the distance to the paper. Where
    nothing is above zero the thickness is 0.
    """
    picture = _map(picture)
    if picture.max() <= 0:
        return 0.0
    padded = np.pad(picture, 1)
    large = resize(padded, [detail * n for n in padded.shape], order=1)
    ink = large > picture.max() / 2
    widths = 2 * distance_transform_edt(ink)[skeletonize(ink)]
    return float(widths.mean() / detail) if len(widths) else 0.0


def sharpness(picture):
    """Return how fast a map changes from pixel to pixel: mean squared gradient over variance.

    It does not depend on the map's scale or offset, and falls when the map is blurred. A flat map
    has sharpness 0.
    """
    picture = _map(picture)
    variance = picture.var()
    if variance == 0:
        return 0.0
    down, right = np.diff(picture, axis=0), np.diff(picture, axis=1)
    return float(((down**2).mean() + (right**2).mean()) / variance)


def correlations(maps):
    """Return the (F, F) correlations of maps (F, H, W), pixel by pixel; 0 where a map is flat."""
    flat = np.asarray(maps, float).reshape(len(maps), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.sqrt((flat**2).sum(axis=1, keepdims=True))
    flat = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0)
    return flat @ flat.T


def _map(picture):
    picture = np.asarray(picture, float)
    if picture.ndim != 2:
        raise ValueError(f"expected one map (H, W); got shape {picture.shape}. "
                         "Take one channel of one image, such as y[3, :, :, 0].")
    return picture
