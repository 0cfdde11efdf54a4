"""What the drawings share: a text at its place, and a picture as an address that holds it."""

from __future__ import annotations

import base64
from io import BytesIO

__all__ = ["address", "text"]


def text(x, y, words: str, look: str = "") -> str:
    """Words at a place of a drawing; `look` is a class of its style sheet."""
    kind = f' class="{look}"' if look else ""
    return f'<text{kind} x="{x}" y="{y}">{words}</text>'


def address(image, kind: str = "png", **options) -> str:
    """A Pillow image as an address that holds it, so that a page asks nobody for it."""
    file = BytesIO()
    image.save(file, format=kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
