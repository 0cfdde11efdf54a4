"""A player for a list of frames: a slider, a play button, and one frame shown at a time.

`stepper` plays one list. `tracks` plays several of equal length that share the slider, with rows of
buttons to switch between them; `choice` plays lists that have nothing to do with each other, each with a
place of its own. ``js/player.js`` does it all in the browser, so the same object works in Jupyter and in the
built page, where there is no kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import anywidget
import traitlets

from course_lib.widgets.frame import Frame
from course_lib.widgets.scripts import module, rules

__all__ = ["Player", "stepper", "tracks", "choice"]

KEY_FRAMES = 4                               # of one track, for paper


class Player(anywidget.AnyWidget):
    """The widget that `stepper`, `tracks` and `choice` make.

    Attributes
    ----------
    tracks : list of list of str
        Each track's frames as markup, in the order of the buttons, the last row's changing fastest.
    rows : list of dict
        The rows of buttons: what each chooses ("name") and what its buttons say ("options").
    together : bool
        Whether the tracks share the place of the slider.
    slider : str
        What the slider changes.
    start : int
    milliseconds : int
    css, look : str
        Rules for what the pictures contain, and a class of the player's own.
    """

    _esm = module("elements.js", "player.js")
    _css = rules("player.css")
    tracks = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    together = traitlets.Bool(True).tag(sync=True)
    slider = traitlets.Unicode("Step").tag(sync=True)
    start = traitlets.Int(0).tag(sync=True)
    milliseconds = traitlets.Int(2500).tag(sync=True)
    css = traitlets.Unicode().tag(sync=True)
    look = traitlets.Unicode().tag(sync=True)

    def __repr__(self):
        return f"{type(self).__name__}()"


def stepper(frames: Sequence[Frame], *, css: str = "", look: str = "", start: int = 0, milliseconds: int = 2500,
            slider: str = "Step", paper: Collection[int] | None = None) -> Player:
    """A slider and a play button over `frames`.

    Parameters
    ----------
    frames : sequence of Frame
        At least one.
    css : str
        Rules for what the pictures contain.
    look : str
        A class for the player, by which such rules find it.
    start : int
        The frame shown first.
    milliseconds : int
        How long each frame stays while playing.
    slider : str
        What stands beside the slider: what it changes.
    paper : collection of int, optional
        The frames that the built book prints, and shows where no script runs. Left out: a few, evenly
        spread, the last among them.

    Returns
    -------
    Player
        Last expression of a cell, or ``display(...)``. The slider takes the arrow keys, Home and
        End once it has the focus (Tab, or a click on it).
    """
    return _player(frames, [], paper, css=css, look=look, start=start, milliseconds=milliseconds, slider=slider)


def tracks(variants: Mapping[str, Sequence[Frame] | Mapping], description: str | Sequence[str], *,
           css: str = "", start: int = 0, milliseconds: int = 2500,
           slider: str = "Step", paper: Collection[int] | None = None) -> Player:
    """Several players in one: they share the slider, and a row of buttons chooses between them.

    Parameters
    ----------
    variants : mapping
        From what a button says to its frames, as many for every button. For two rows of buttons or
        more, from what a button of the first row says to such a mapping, and so on, with the same
        buttons in every one.
    description : str or sequence of str
        What stands beside the buttons: one text for each row of them.
    css, start, milliseconds, slider, paper
        See `stepper`; `paper` holds for each track.

    Returns
    -------
    Player

    Examples
    --------
    >>> steps = {name: [Frame("", name, f"T = {T}", "") for T in range(3)] for name in ("c·z", "ReLU")}
    >>> box = tracks(steps, "Activation", slider="Depth")
    """
    descriptions = [description] if isinstance(description, str) else list(description)
    rows, level = [], variants
    for name in descriptions:
        if not isinstance(level, Mapping) or not level:
            raise ValueError(f"there are {len(descriptions)} rows of buttons ({', '.join(descriptions)}), so variants "
                             f"needs mappings {len(descriptions)} deep, none of them empty; got {level!r:.60} "
                             f"for {name}")
        rows.append({"name": name, "options": list(level)})
        level = next(iter(level.values()))
    _count(variants, rows)
    return _player(variants, rows, paper, css=css, start=start, milliseconds=milliseconds, slider=slider)


def choice(variants: Mapping[str, Sequence[Frame]], description: str, *, css: str = "",
           milliseconds: int = 2500, slider: str = "Step") -> Player:
    """A row of buttons that choose between lists of frames of any length; each keeps its own place.

    Parameters
    ----------
    variants : mapping
        From what a button says to its frames.
    description : str
        What stands beside the buttons.
    css, milliseconds, slider
        See `stepper`.

    Returns
    -------
    Player
    """
    if not isinstance(variants, Mapping) or not variants or not all(variants.values()):
        raise ValueError("expected a mapping from what each button says to its frames, at least one; "
                         f"got {variants!r:.60}")
    rows = [{"name": description, "options": list(variants)}]
    return _player(variants, rows, None, together=False, css=css, milliseconds=milliseconds, slider=slider)


def _player(variants, rows, paper, *, start=0, **traits):
    """What the three have in common: tracks in a row, those frames marked that are for paper."""
    if not rows:
        _count(variants, rows)
    lists = _flat(variants, rows)
    last = max(map(len, lists)) - 1
    if not 0 <= start <= last:
        raise ValueError(f"start={start} is not a frame: there are {last + 1}, counted from 0")
    return Player(tracks=[markup(frames, len(lists), paper) for frames in lists], rows=rows, start=start, **traits)


def markup(frames: Sequence[Frame], tracks: int = 1, paper: Collection[int] | None = None) -> list[str]:
    """The frames of one of several tracks as markup."""
    if paper is None:
        paper = key_frames(len(frames), tracks)
    return [frame.html(k in paper) for k, frame in enumerate(frames)]


def _flat(level, rows):
    """The lists of frames below some rows of buttons, in the order of the buttons."""
    if not rows:
        return [level]
    return [frames for inner in level.values() for frames in _flat(inner, rows[1:])]


def _count(variants, rows):
    """The number of frames of every track; raises if tracks or rows of buttons differ."""
    if not rows:
        if isinstance(variants, Mapping):
            raise ValueError(f"expected a list of frames, got a mapping of {', '.join(variants)}: "
                             "give `tracks` a description for each row of buttons")
        if not len(variants):
            raise ValueError("a stepper needs at least one frame, got an empty list")
        return len(variants)
    row, *others = rows
    if not isinstance(variants, Mapping) or list(variants) != row["options"]:
        raise ValueError(f"the buttons for {row['name']} must be the same everywhere: "
                         f"{', '.join(row['options'])}; got {variants!r:.60}")
    counts = {name: _count(inner, others) for name, inner in variants.items()}
    if len(set(counts.values())) > 1:
        raise ValueError("tracks share one slider, so each needs as many frames as the others; got "
                         + ", ".join(f"{n} for {name}" for name, n in counts.items()))
    return counts[row["options"][0]]


def key_frames(count: int, tracks: int = 1) -> set[int]:
    """Which of a track's frames are for paper: evenly spread and the last, about a dozen in all tracks."""
    many = max(1, min(KEY_FRAMES, 3 * KEY_FRAMES // tracks))
    return {count - 1 - round(i * (count - 1) / max(many - 1, 1)) for i in range(many)}
