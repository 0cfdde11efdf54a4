"""What a player shows on paper, and where no script runs: its key frames in order, with their words.

The frames come out of the player's own state; `course_lib.widgets` has marked some with the class `course-keyframe`.
They stand hidden after the player, in a box with its classes, so that its rules hold for them too; `course.css`
shows them instead of it.
"""

from html import escape
from itertools import product

KEY = '<div class="course-frame course-keyframe"'


def on_paper(state, look):
    """Return the key frames of a player, in order, under what its buttons say; "" for another widget.

    `look` are the player's classes.
    """
    if "tracks" not in state:
        return ""
    named = list(without_repetitions(
        ("; ".join(path), [frame for frame in track if frame.startswith(KEY)])
        for path, track in zip(paths(state["rows"]), state["tracks"], strict=True)))
    return f'<div class="course-paper {look}">{"".join(sheets(named))}</div>'


def paths(rows):
    """What the pressed buttons say for each track, in the tracks' order."""
    return list(product(*([f"{row['name']}: {option}" for option in row["options"]] for row in rows)))


def without_repetitions(named):
    """Tracks may begin with the same frames: each is printed once."""
    seen = set()
    for path, frames in named:
        new = [frame for frame in dict.fromkeys(frames) if frame not in seen]
        seen.update(new)
        if new:
            yield path, new


def sheets(named):
    """Yield each track's name and frames; tracks of one frame stand side by side."""
    if all(len(frames) == 1 for _, frames in named):
        yield stills(f"<div>{title(path)}{frame}</div>" for path, (frame,) in named)
    else:
        for path, frames in named:
            yield title(path) + stills(frames)


def title(path):
    return f'<p class="course-track">{escape(path)}</p>' if path else ""


def stills(frames):
    return f'<div class="course-stills">{"".join(frames)}</div>'
