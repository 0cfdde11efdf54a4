"""Pictures say how large they are, wait until a reader comes near, and are WebP: two thirds of PNG's bytes, no loss.

Photographs, whose grain no lossless way packs, are the exception: a third less with a loss that nobody sees.

A figure that was drawn for dark pages too stands there twice, and one of the two is shown. The other is not
fetched: no browser fetches a picture that waits and is not shown.
"""

import hashlib
import io
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

from PIL import Image

PICTURE = re.compile(r'<img ([^>]*?)src="([^":]+\.(?:png|jpe?g|webp))"([^>]*?)\s*/?>')
PNG = re.compile(r'((?:src|href)="[^":]*_images/[^"]+)\.png"')


def light(html, files, darks):
    """A page whose pictures are light; `files` are the book's as {name: file}, `darks` the folder of the dark ones."""
    html = PICTURE.sub(lambda found: sized(found, files, darks), html)
    return PNG.sub(r'\1.webp"', html)


def sized(found, files, darks):
    """A picture with its size in pixels, fetched when a reader comes near, beside it the one for dark pages."""
    before, source, after = found.groups()
    rest = re.sub(r'\s*(?:width|height|loading|decoding)="[^"]*"', "", f"{before}{after}".strip())
    path = files.get(unquote(source).rpartition("/")[2])
    if path is None or not (dark := darks / path.name).is_file():
        return element(source, path, rest)
    kind = re.search(r'class="([^"]*)"', rest)
    rest, kind = re.sub(r'\s*class="[^"]*"', "", rest), f"{kind[1]} " if kind else ""
    other = re.sub(r'\s*id="[^"]*"', "", rest)
    return (element(source, path, f'{rest} class="{kind}only-light"')
            + element(source.replace(".png", "-dark.png"), dark, f'{other} class="{kind}only-dark"'))


def element(source, path, rest):
    size = ""
    if path:
        with Image.open(path) as image:
            size = ' width="{}" height="{}"'.format(*image.size)
    return f'<img src="{source}"{size} loading="lazy" decoding="async" {rest}>'


def webp(path):
    """The smaller of two: without loss, which suits what is drawn, or with a little, which suits photographs."""
    packed = []
    with Image.open(path) as image:
        for how in ({"lossless": True, "method": 4}, {"quality": 80, "method": 6}):
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(file := io.BytesIO(), "WEBP", **how)
            packed.append(file.getvalue())
    return min(packed, key=len)


def convert(book, darks):
    """Put WebP in the place of the PNG of all pages, and beside each the one for dark pages.

    What is made once is kept beside the build.
    """
    for path in (book / "_images").glob("*.png"):
        if (dark := darks / path.name).is_file():
            shutil.copy(dark, path.with_stem(f"{path.stem}-dark"))
    kept = book.parent / f"webp-{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]}"
    kept.mkdir(exist_ok=True)
    for path in sorted((book / "_images").glob("*.png")):
        made = kept / f"{path.stem}-{path.stat().st_size}.webp"      # notebooks' pictures are named by their digest
        if not made.exists():
            made.write_bytes(webp(path))
        shutil.copy(made, path.with_suffix(".webp"))
        path.unlink()
