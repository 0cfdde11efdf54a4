"""The same figure for a dark page: a matplotlib backend that turns colours over while it draws.

    figure.savefig("dark.png", backend="module://course_lib.figures.dark")

Lines, letters and areas take the palette's colour of the same meaning; a colour outside the palette
keeps its hue and turns its lightness over. Pictures and maps of numbers are data: they stay as they
are, and so does what is drawn upon them.
"""

from colorsys import hls_to_rgb, rgb_to_hls

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb, to_rgba

from course_lib.figures import palette

MEANT = {palette.LIGHT[name].lower(): palette.DARK[name] for name in palette.LIGHT}
#: the lightness of a dark page and of what is written on it, from 0 to 1
GROUND, WRITING = (rgb_to_hls(*to_rgb(palette.DARK[name]))[1] for name in ("paper", "ink"))


def turned(colour):
    """Return a colour as (r, g, b, a) for a dark page; `colour` is any that matplotlib knows."""
    *rgb, opacity = to_rgba(colour)
    if meant := MEANT.get(to_hex(rgb)):
        return to_rgba(meant, opacity)
    hue, lightness, saturation = rgb_to_hls(*rgb)
    return *hls_to_rgb(hue, GROUND + (1 - lightness) * (WRITING - GROUND), saturation), opacity


class Renderer(RendererBase):
    """Hands everything to Agg's renderer, colours turned over, and remembers where pictures lie."""

    def __init__(self, agg):
        super().__init__()
        self._agg, self._pictures = agg, []

    def __getattribute__(self, name):
        if name.startswith("_") or name in vars(Renderer):
            return object.__getattribute__(self, name)
        return getattr(self._agg, name)

    def clear(self):
        self._pictures.clear()
        self._agg.clear()

    def _on_a_picture(self, x, y):
        return any(left + 1 < x < right - 1 and low + 1 < y < high - 1 for left, low, right, high in self._pictures)

    def _pen(self, gc):
        pen = self._agg.new_gc()
        pen.copy_properties(gc)
        pen.set_foreground(turned(gc.get_rgb()), isRGBA=True)
        return pen

    def draw_path(self, gc, path, transform, rgbFace=None):
        box = path.get_extents(transform)
        if not self._on_a_picture((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2):
            gc, rgbFace = self._pen(gc), rgbFace if rgbFace is None else turned(rgbFace)
        self._agg.draw_path(gc, path, transform, rgbFace)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        box = path.get_extents(trans)
        if not self._on_a_picture((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2):
            gc, rgbFace = self._pen(gc), rgbFace if rgbFace is None else turned(rgbFace)
        self._agg.draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)

    def draw_path_collection(self, gc, master, paths, transforms, offsets, trans, faces, edges, *more, **named):
        at = np.mean(trans.transform(offsets), axis=0) if len(offsets) else (0, 0)
        if not self._on_a_picture(*at):
            faces, edges = (np.reshape([turned(one) for one in colours], (-1, 4)) for colours in (faces, edges))
        self._agg.draw_path_collection(gc, master, paths, transforms, offsets, trans, faces, edges, *more, **named)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if not self._on_a_picture(x, self._agg.height - y):
            gc = self._pen(gc)
        self._agg.draw_text(gc, x, y, s, prop, angle, ismath, mtext)

    def draw_image(self, gc, x, y, im, transform=None):
        height, width = im.shape[:2]
        self._pictures.append((x, y, x + width, y + height))
        self._agg.draw_image(gc, x, y, im)

    def draw_quad_mesh(self, gc, master, width, height, coordinates, *more):
        corners = master.transform(np.asarray(coordinates).reshape(-1, 2))
        self._pictures.append((*corners.min(axis=0), *corners.max(axis=0)))
        self._agg.draw_quad_mesh(gc, master, width, height, coordinates, *more)


class FigureCanvas(FigureCanvasAgg):
    """Draws a figure with the colours of a dark page."""

    def get_renderer(self):
        """Return the renderer of this size; Agg may know it already."""
        if not isinstance(renderer := super().get_renderer(), Renderer):
            self.renderer = renderer = Renderer(renderer)
        return renderer
