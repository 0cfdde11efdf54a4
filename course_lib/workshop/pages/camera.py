"""What a camera makes of ink on paper."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.transform import ProjectiveTransform, resize, warp

LUMINANCE = np.array([.2125, .7154, .0721])


def grain(rng, shape, size: float) -> np.ndarray:
    """Smooth random texture with features of about `size` pixels, mean 0, deviation 1."""
    noise = gaussian_filter(rng.standard_normal(shape), size, mode="reflect")
    return noise / noise.std()


def uneven_light(rng, shape, ratio: float) -> np.ndarray:
    """Light that falls from one side and fades: between 1 and 1/ratio."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * x + np.sin(angle) * y
    pool = np.exp(-((x - rng.uniform(-.6, .6))**2 + (y - rng.uniform(-.6, .6))**2) / 1.5)
    field = slope + 1.2 * pool + .15 * grain(rng, shape, max(shape) / 6)
    field = (field - field.min()) / np.ptp(field)
    return ratio ** (field - 1)


def photograph(rng, ink, *, darkness, ratio, blur, noise, tint=(1., .97, .90)) -> np.ndarray:
    """What a camera makes of ink on paper: (H, W, 3) uint8.

    darkness  of the ink on its paper, 0 to 1
    ratio     the brightest over the dimmest light
    blur      of the lens, in pixels
    noise     of the sensor, in grey levels
    """
    shape = ink.shape
    tooth = grain(rng, shape, .8)                          # graphite stays on the paper's tooth
    laid = np.clip(ink * (1 + .28 * tooth), 0, 1)
    paper = 1 + .012 * grain(rng, shape, 1.2) + .015 * grain(rng, shape, 12)
    scene = paper * (1 - darkness * laid) * uneven_light(rng, shape, ratio)
    scene = gaussian_filter(scene, blur)
    colour = 225 * scene[..., None] * np.array(tint) + rng.normal(0, noise, (*shape, 3))
    return np.clip(np.round(colour), 0, 255).astype(np.uint8)


def smooth_light(rng, shape, ratio: float) -> np.ndarray:
    """`uneven_light` for large pictures: worked out on a small one and enlarged."""
    small = [max(8, round(n * 64 / max(shape))) for n in shape]
    return resize(uneven_light(rng, small, ratio), shape, order=1)


def shadow(rng, shape, depth: float, softness: float) -> np.ndarray:
    """The shadow of something straight: 1 in the light, 1/`depth` behind an edge that crosses the page.

    softness  width of the half-shade, in pixels
    """
    angle, place = rng.uniform(0, 2 * np.pi), rng.uniform(-.25, .25)
    y, x = np.ogrid[-.5:.5:shape[0] * 1j, -.5:.5:shape[1] * 1j]
    away = (np.cos(angle) * (x - place) * shape[1] + np.sin(angle) * (y - place) * shape[0]) / softness
    return depth ** -np.clip(away + .5, 0, 1)


def tilt(rng, shape, rotation: float, perspective: float):
    """How a page lies before the camera: (transform, shape of the picture that holds all of it).

    The transform takes (x, y) on the paper to (x, y) in the picture. The page is turned by `rotation`
    degrees, anticlockwise, after each of its corners has come nearer or gone further by up to
    `perspective`, a share of the sides' length.
    """
    h, w = shape
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], float)
    moved = corners + rng.uniform(-.5, .5, (4, 2)) * perspective * np.array([w, h])
    a = np.deg2rad(rotation)
    turned = moved @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    turned -= turned.min(axis=0)
    size = np.ceil(turned.max(axis=0)).astype(int)
    return ProjectiveTransform.from_estimate(corners, turned), (int(size[1]), int(size[0]))


def look(picture, transform, shape) -> np.ndarray:
    """A picture on the paper as the camera sees it, 0 where there is no paper."""
    return warp(picture, transform.inverse, output_shape=shape, order=1).astype(np.float32)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """A picture (uint8) after it was stored as JPEG and opened again."""
    stored = io.BytesIO()
    Image.fromarray(image).save(stored, "JPEG", quality=quality)
    return np.asarray(Image.open(stored))
