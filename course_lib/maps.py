"""What one map of activations (H, W) shows: which way its edges run, how thick its lines are, how sharp it is.

And, of several, whether one is a copy of another.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.morphology import skeletonize
from skimage.transform import resize


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
