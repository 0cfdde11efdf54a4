"""The stages of a page read, as frames to step through: what each of them found, in its picture.

`frames` makes one frame for every stage of `course_lib.reading`, always as many, so that two pages
can be compared stage by stage; `answer` writes down the rows with their certainty, and what was
refused. A picture is the page itself, small, with everything drawn over it as SVG.
"""

from __future__ import annotations

from collections import Counter
from html import escape

import numpy as np
from PIL import Image

from course_lib.figures import palette
from course_lib.reading import Page
from course_lib.widgets import svg
from course_lib.widgets.frame import Frame

__all__ = ["CSS", "UNSURE", "answer", "frames", "listed"]

UNSURE = 0.9      # a digit below this certainty is marked, for a person to look at
WIDE = 720        # pixels of a picture in the page, at most
SEEN = 60         # digits shown as the network sees them, at most

# A page is paper in the dark theme too, so what is drawn over it keeps the colours of a light page.
CSS = f"""
.course-reader .course-words {{ flex-basis: 100%; min-height: 0; }}
.course-reader .course-words p {{ margin-bottom: 0.3rem; }}
.course-reader .course-formula .stacked {{ display: inline; }}
.course-reader .course-words .course-sentence {{ min-height: 2.9em; }}
.course-reader .course-drawing {{ flex-basis: 100%; }}
.course-reader .course-drawing svg {{ max-width: {WIDE}px; max-height: 70vh; margin: 0; background: #fff; }}
.course-reader svg .box {{ fill: none; stroke: {palette.FORWARD}; stroke-width: 1.6px;
  vector-effect: non-scaling-stroke; }}
.course-reader svg .out {{ stroke: {palette.BACKWARD}; stroke-width: 2.4px; stroke-dasharray: 6 4; }}
.course-reader svg .unsure {{ stroke: {palette.BACKWARD}; stroke-dasharray: 6 4; }}
.course-reader svg .chosen {{ stroke-width: 4px; }}
.course-reader svg .way {{ fill: none; stroke: {palette.FORWARD}; stroke-width: 2px;
  vector-effect: non-scaling-stroke; }}
.course-reader svg .start {{ fill: {palette.FORWARD}; }}
.course-reader svg text {{ fill: {palette.FORWARD}; font-weight: 700; paint-order: stroke; stroke: #fff;
  stroke-width: 0.25em; stroke-linejoin: round; }}
.course-reader .seen {{ display: flex; flex-wrap: wrap; gap: 0.5rem 0.6rem; }}
.course-reader .seen img {{ display: block; width: 44px; height: 44px; image-rendering: pixelated;
  border: 1px solid var(--course-muted); box-sizing: content-box; margin: 0; background: #fff; }}
.course-reader .seen span {{ display: block; text-align: center; font-size: 0.85rem; line-height: 1.3; }}
.course-reader .course-answer {{ display: block; margin: 0.5rem 0; }}
.course-reader .course-answer :is(p, ul) {{ margin: 0 0 0.4rem; padding: 0; color: var(--course-ink);
  font-size: 1rem; }}
.course-reader .course-answer li {{ margin: 0 0 0.2rem 1.2rem; color: var(--course-ink); }}
.course-reader .course-answer .read-row {{ display: flex; flex-wrap: wrap; gap: 0.3rem 0.15rem;
  list-style: none; margin-bottom: 0.6rem; padding-left: 0.4rem; border-left: 3px solid var(--course-muted); }}
.course-reader .course-answer .read-row li {{ margin: 0; min-width: 2.4em; text-align: center; line-height: 1.2;
  font-size: 1.35rem; font-weight: 600; border-bottom: 3px solid transparent; }}
.course-reader .course-answer .read-row small {{ display: block; font-size: 0.75rem; font-weight: 400;
  color: var(--course-muted); }}
.course-reader .course-answer .read-row .unsure {{ border-bottom: 3px dashed var(--course-backward); }}
@media (max-width: 700px) {{ .course-reader .course-words .course-sentence {{ min-height: 4.4em; }}
  .course-reader .course-answer .read-row {{ gap: 0.3rem 0; padding-left: 0.2rem; }}
  .course-reader .course-answer .read-row :is(li, button) {{ min-width: 46px; padding-inline: 0; }}
  .course-reader .course-answer .read-row small {{ font-size: 0.7rem; }} }}
"""


# ---------------------------------------------------------------- what was read

def answer(page: Page, name: str) -> str:
    """The rows of `page` as markup, each digit over its certainty, and what was refused and why."""
    parts = [f"<p><b>{escape(name)}:</b> {escape(summary(page))}.{''.join(' ' + r for r in page.remarks)}</p>",
             '<div class="read-rows">']
    for number, row in enumerate(page.rows):
        digits = [digit for digit in page.digits if digit.row == number]
        parts.append(f'<ul class="read-row" aria-label="Row {number + 1}: {row}">'
                     + "".join(map(_sure, digits)) + "</ul>")
    parts.append("</div>")
    unsure = sum(digit.confidence < UNSURE for digit in page.digits)
    if unsure:
        parts.append(f"<p>A dashed line marks certainty below {UNSURE:.0%}: look at "
                     f"{'this one' if unsure == 1 else f'these {unsure}'} yourself.</p>")
    if page.refused:
        parts.append("<p>Refused:</p><ul>" + "".join(f"<li>{_refused(item)}</li>" for item in page.refused)
                     + "</ul>")
    return f'<div class="course-frame course-answer">{"".join(parts)}</div>'


def summary(page: Page) -> str:
    """How much was read, in words."""
    if not page.digits:
        found = "no digits found"
    else:
        found = f"{_count(len(page.digits), 'digit')} in {_count(len(page.rows), 'row')}"
    return found + (f", {len(page.refused)} refused" if page.refused else "")


def _sure(digit):
    look = ' class="unsure"' if digit.confidence < UNSURE else ""
    return f"<li{look}><b>{digit.label}</b><small>{_said(digit)}</small></li>"


def _said(digit):
    """How sure the reader is and, where a person should look, what it would read next."""
    return _percent(digit.confidence) + (f" or {digit.second}" if digit.confidence < UNSURE else "")


def listed(page: Page) -> list[dict]:
    """What was read, digit by digit, for who puts it right by hand; `where` is its box in the stages' pictures."""
    return [{"row": digit.row, "label": digit.label, "second": digit.second, "confidence": round(digit.confidence, 4),
             "sure": _said(digit), "unsure": digit.confidence < UNSURE, "box": list(digit.box),
             "where": [int(edge) for edge in part.box]} for digit, part in zip(page.digits, page.stages["ordered"])]


def _refused(item):
    top, left, bottom, right = item.box
    return (f"{escape(item.reason)}: {right - left} × {bottom - top} pixels, {left} from the left, "
            f"{top} from the top")


def _percent(share):
    """Rounded down, so that 89.6% is seen to be below 90%, and never "100%": nobody is that sure."""
    return "> 99%" if share > 0.99 else f"{int(100 * share)}%"


def _count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


# ---------------------------------------------------------------- pictures

def address(image) -> str:
    """A grey picture, (h, w) in [0, 1] or boolean, at most `WIDE` pixels across, as a data address."""
    grey = Image.fromarray(np.uint8(np.round(255 * np.clip(np.asarray(image, float), 0, 1))))
    if grey.width > WIDE:
        grey = grey.resize((WIDE, max(1, round(grey.height * WIDE / grey.width))), Image.Resampling.BOX)
    if np.asarray(image).dtype.kind == "b":                # few shades are enough for edges
        return svg.address(grey.quantize(8), optimize=True)
    return svg.address(grey, "jpeg", quality=60)           # grain makes large PNG files


def drawing(image, words: str, marks: str = "") -> str:
    """A picture with `marks` (SVG in its pixels) over it; `words` are for those who cannot see it.

    `image` is an array or, where several frames share it, its `address` with its shape.
    """
    source, (h, w) = image if isinstance(image, tuple) else (address(image), np.shape(image))
    return (f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {w} {h}">'
            f'<image href="{source}" width="{w}" height="{h}" preserveAspectRatio="none"/>{marks}</svg>')


def boxes(parts, look: str = "box") -> str:
    """An outline around each part."""
    return "".join(f'<rect class="{look}" x="{left - 1}" y="{top - 1}" width="{right - left + 2}" '
                   f'height="{bottom - top + 2}"/>'
                   for top, left, bottom, right in (part.box for part in parts))


def read_marks(parts, digits, size: float) -> str:
    """A box around each part, another where the reader is not sure, and what was read at its upper right corner."""
    return f'<g class="read-marks" data-size="{size:.0f}" font-size="{0.6 * size:.0f}">' + "".join(
        boxes([part], "box unsure" if digit.confidence < UNSURE else "box")
        + f'<text x="{part.right}" y="{part.top + 0.3 * size:.0f}">{digit.label}</text>'
        for part, digit in zip(parts, digits)) + "</g>"


def way(parts, size: float) -> str:
    """A line from each part to the next, from a dot at the first."""
    if not parts:
        return ""
    points = [f"{part.centre[1]:.0f},{part.centre[0]:.0f}" for part in parts]
    x, y = points[0].split(",")
    return (f'<polyline class="way" points="{" ".join(points)}"/>'
            f'<circle class="start" cx="{x}" cy="{y}" r="{0.15 * size:.0f}"/>')


def seen(pictures, digits) -> str:
    """The pictures (N, 28, 28) that the network was given, over what it read."""
    shown = [f'<div><img alt="read as {digit.label}" src="{_tiny(picture)}">'
             f"<span>{digit.label}, {_percent(digit.confidence)}</span></div>"
             for picture, digit in zip(pictures[:SEEN], digits)]
    return f'<div class="seen">{"".join(shown)}</div>'


def _tiny(picture):
    return svg.address(Image.fromarray(np.uint8(255 * (1 - np.clip(picture, 0, 1)))).quantize(16))


# ---------------------------------------------------------------- frames

def frames(image, page: Page) -> list[Frame]:
    """One frame for each stage on the way from a picture to what was read.

    Parameters
    ----------
    image : (H, W) or (H, W, C) array
        The picture.
    page : Page
        What `course_lib.reading.read_page` made of it.

    Returns
    -------
    list of Frame
        Ten, whatever is on the page.
    """
    found, size = page.stages, max(page.stages["measures"].size, 1)
    made = [*_ink_frames(np.shape(image), found, size, page.remarks), *_part_frames(found, page, size)]
    return [Frame(picture, f"{number} of {len(made)}: {name}", formula, sentence)
            for number, (name, formula, sentence, picture) in enumerate(made, 1)]


def _ink_frames(shape, found, size, remarks):
    """(name, formula, sentence, picture) of the stages from the picture to its ink."""
    h, w = found["grey"].shape
    lines = float((found["lines"] > .02).mean())
    share = float(found["mask"].mean())
    yield ("grey, at a good size", f"{shape[1]} × {shape[0]} pixels, read at {w} × {h}",
           " ".join(["Colour is dropped.", *remarks, f"At this size what is written is about {size:.0f} pixels high."]),
           drawing(found["grey"], "The picture in grey"))
    yield ("even light", "pixel ÷ paper",
           "Each pixel is divided by the brightness of the paper around it, so that one threshold fits "
           "the whole page.", drawing(found["even"], "The picture without its shadows"))
    yield ("printed lines", f"lines on {lines:.0%} of the page" if lines else "none",
           "Printed lines run straight across and are paler than the pen. They are divided out."
           if lines else "No printed lines were found, so nothing is taken out.",
           drawing(1 - np.minimum(1, 2 * found["lines"]), "The printed lines"
                   if lines else "No printed lines: bare paper"))
    yield ("ink", f"{share:.1%} of the page", "What is darker than the threshold is taken for ink. If your "
           "digits are not here, no later stage can find them.", drawing(~found["mask"], "The ink"))


def _part_frames(found, page, size):
    """(name, formula, sentence, picture) of the stages from ink to digits."""
    pieces, kept, joined, cut, ordered = (found[name] for name in ("components", "kept", "joined", "cut", "ordered"))
    ink = address(~found["mask"]), found["mask"].shape
    refused = [part for part, _ in found["refused"]]
    specks = _count(len(pieces) - len(kept), "speck")
    yield ("pieces", f"{_count(len(kept), 'piece')}, {specks} dropped",
           "Ink that hangs together is one piece. What is far too small for a digit is dropped.",
           drawing(ink, f"{_boxes(kept)} on the ink", boxes(kept)))
    yield ("join and cut", f"{len(kept) - len(joined)} joined, {len(cut) - len(joined)} cut",
           "Pieces of one broken digit are joined, and ink that holds several digits is cut, where the "
           "networks find that the result looks more like digits.",
           drawing(ink, f"{_boxes(cut)} on the ink", boxes(cut)))
    reasons = Counter(reason for _, reason in found["refused"])
    yield ("refuse", f"{len(refused)} refused",
           "; ".join(f"{_count(n, 'piece')}: {reason}" for reason, n in reasons.items()).capitalize() + "."
           if reasons else "Everything looks like a digit.",
           drawing(ink, f"{_boxes(ordered)} kept, {_boxes(refused)} refused (dashed)",
                   boxes(ordered) + boxes(refused, "box out")))
    rising = f"{found['measures'].angle:.1f}°".replace("-", "−")
    yield ("reading order", f"{_count(len(page.rows), 'row')}, rising by {rising}",
           "The line goes from digit to digit as they are read, row by row from the dot.",
           drawing(ink, "A line through the digits in reading order", way(ordered, size)))
    more = f" The first {SEEN} of {len(page.digits)} are shown." if len(page.digits) > SEEN else ""
    yield ("what the network sees", "28 × 28 pixels each",
           "Each digit is fitted into 20 × 20 and centred in 28 × 28. Here you can judge whether a "
           f"mistake is the network's.{more}", seen(found["pictures"], page.digits))
    yield ("read", ", ".join(page.rows) or "nothing", f"In all: {summary(page)}.",
           drawing(found["grey"], f"The picture with what was read: {', '.join(page.rows) or 'nothing'}",
                   boxes(refused, "box out") + read_marks(ordered, page.digits, size)))


def _boxes(parts):
    return "1 box" if len(parts) == 1 else f"{len(parts)} boxes"
