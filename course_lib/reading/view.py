"""View: what of a picture is read, and from which side: the sheet without what lies around it, the right way up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from skimage.transform import AffineTransform, ProjectiveTransform, warp

from course_lib.reading import paper, picture

INSET = .02       # how far inside its edges a sheet is cut out, as a share of the way to its middle


@dataclass(frozen=True)
class View:
    """Grey values (H, W), where each was in the picture they were taken from, and what a reader of them should know.

    `back` takes (x, y) in this view to (x, y) in the picture; pixels' middles are whole numbers in both.
    """

    grey: np.ndarray
    back: ProjectiveTransform
    remarks: tuple[str, ...] = ()

    def box(self, box) -> tuple[int, int, int, int]:
        """A box (top, left, bottom, right) of this view in the picture, as large as it must be to hold all of it."""
        edges = np.array([(x, y) for x in box[1::2] for y in box[::2]], float)
        corners = np.round(self.back(edges - .5) + .5, 6)
        (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        return int(top), int(left), int(bottom), int(right)

    def seen(self, transform, shape, remark: str) -> View:
        """A view of this view: `transform` takes its (x, y) to those of this one."""
        grey = warp(self.grey, transform, output_shape=shape, order=1, mode="edge").astype(np.float32)
        return View(grey, transform + self.back, (*self.remarks, remark))


def whole(image, most: int | None = None) -> View:
    """All of a picture, in grey; made smaller if it has more than `most` pixels."""
    grey = picture.grey(image, most)
    scale = np.array(np.shape(image)[1::-1]) / grey.shape[::-1]
    return View(grey, AffineTransform(scale=scale, translation=(scale - 1) / 2))


def of_sheet(view: View) -> View:
    """The sheet in a picture that shows more than it, set straight by its corners; else the view itself."""
    corners = paper.corners(view.grey)
    if corners is None:
        return view
    corners = corners + INSET * (corners.mean(axis=0) - corners)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    w, h = int(max(sides[::2])), int(max(sides[1::2]))
    straight = np.array([(0, 0), (w, 0), (w, h), (0, h)], float)
    transform = ProjectiveTransform.from_estimate(straight, corners)
    return view.seen(transform, (h, w), "Only the sheet of paper in the picture was read.")


def turned(view: View, degrees: float) -> View:
    """The view turned by so many degrees, anticlockwise."""
    (h, w), a = view.grey.shape, np.deg2rad(degrees)
    size = np.abs([[np.cos(a), np.sin(a)], [np.sin(a), np.cos(a)]]) @ (w, h)
    w_new, h_new = (int(np.ceil(n - .01)) for n in size)
    middle, new = np.array([w - 1, h - 1]) / 2, np.array([w_new - 1, h_new - 1]) / 2
    turn = AffineTransform(translation=-new) + AffineTransform(rotation=a) + AffineTransform(translation=middle)
    short = (degrees + 179) % 360 - 179
    side = "anticlockwise" if short > 0 else "clockwise"
    return view.seen(turn, (h_new, w_new), f"The picture was turned {abs(short):.0f} degrees {side} to be read.")
