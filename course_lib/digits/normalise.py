"""One picture of one digit, brought to 28x28 the way MNIST was made.

LeCun, Bottou, Bengio and Haffner (1998) fitted each digit into a box of 20x20 pixels, keeping
its proportions, and moved its centre of mass to the middle of a 28x28 field. A network trained on
such pictures reads a new one well only if it is brought to the same form.
"""

import numpy as np

from course_lib.nn import given

SIDE, BOX = 28, 20


def crop_to_ink(picture, threshold=0.1):
    """Cut away the empty rows and columns around the ink.

    Parameters
    ----------
    picture : (H, W) array
        Ink is high, paper is 0.
    threshold : float
        What counts as ink, as a share of the darkest pixel.

    Returns
    -------
    (h, w) array, a view of the picture.
    """
    picture = np.asarray(picture)
    given.array("a digit", picture)
    if picture.ndim != 2:
        raise ValueError(f"a digit is one grey picture (H, W); got shape {picture.shape}. "
                         "Give one channel, with ink high and paper 0.")
    if picture.size:
        given.finite("a digit", picture)
    ink = picture > threshold * picture.max(initial=0)
    if not ink.any():
        raise ValueError(f"no ink in this picture of {picture.shape}: every pixel is "
                         f"{picture.max(initial=0):g} or less. Ink must be higher than the paper's 0.")
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return picture[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


def normalise(picture):
    """Fit a picture of a digit into 20x20 and put its centre of mass at the centre of 28x28.

    Parameters
    ----------
    picture : (H, W) array
        One digit; ink is high, paper is 0. Any scale of values, any size.

    Returns
    -------
    (28, 28) float32 array in [0, 1].

    Raises
    ------
    ValueError
        If the picture is not two-dimensional, holds no ink or what is not finite.
    TypeError
        If it holds no numbers.
    """
    from skimage.transform import resize  # loaded for the first digit, not for whoever imports the course

    ink = crop_to_ink(picture).astype(np.float64)
    scale = BOX / max(ink.shape)
    shape = [max(1, round(n * scale)) for n in ink.shape]
    small = resize(ink, shape, order=1, anti_aliasing=scale < 1, mode="constant")
    field = np.zeros((SIDE, SIDE))
    top, left = (SIDE - shape[0]) // 2, (SIDE - shape[1]) // 2
    field[top:top + shape[0], left:left + shape[1]] = small
    return np.clip(centre(field) / small.max(), 0, 1).astype(np.float32)


def centre(field):
    """Shift a picture by whole pixels until its centre of mass is in the middle, to the pixel."""
    from scipy import ndimage

    mass = field.sum()
    if mass == 0:
        return field
    height, width = field.shape
    row = np.arange(height) @ field.sum(axis=1) / mass
    column = np.arange(width) @ field.sum(axis=0) / mass
    way = np.round([(height - 1) / 2 - row, (width - 1) / 2 - column])
    return ndimage.shift(field, way, order=0)
