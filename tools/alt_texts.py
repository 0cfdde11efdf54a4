"""Say which descriptions of pictures nobody has read beside their picture since either changed; sign them once read.

    python tools/alt_texts.py              lists them, and puts each picture into _build/alt to be opened
    python tools/alt_texts.py --read       signs them: they were read, and say what the pictures show

`tests/alt_texts.yml` keeps a signature of each pair. A picture that another machine draws otherwise
(`tests/varying_pictures.yml`) is read again whenever it was stored again.
"""

import base64
import hashlib
import sys
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[1]
SIGNED = ROOT / "tests/alt_texts.yml"
HEAD = """# A signature of each description of a picture together with the picture, chapter by chapter: somebody read
# the one beside the other. `tools/alt_texts.py` lists what has changed since, and signs it.
"""


def described(path):
    """Yield (id of the cell, words, bytes of its pictures) for each description of a chapter."""
    for cell in nbformat.read(path, as_version=4).cells:
        if words := cell.metadata.get("mystnb", {}).get("image", {}).get("alt"):
            yield cell.id, words, b"".join(base64.b64decode(output.data["image/png"]) for output in cell.outputs
                                           if "image/png" in output.get("data", {}))


def signature(words, pictures):
    return hashlib.sha256(words.encode() + pictures).hexdigest()[:12]


def signatures(path):
    return {identity: signature(words, pictures) for identity, words, pictures in described(path)}


def main(*arguments):
    chapters = sorted(ROOT.glob("book/*.ipynb"))
    signed = yaml.safe_load(SIGNED.read_text(encoding="utf-8")) or {}
    shown = ROOT / "_build/alt"
    shown.mkdir(parents=True, exist_ok=True)
    for path in chapters:
        for identity, words, pictures in described(path):
            if signed.get(path.stem, {}).get(identity) != signature(words, pictures):
                (shown / f"{path.stem}-{identity}.png").write_bytes(pictures)
                print(f"{path.stem}, {identity} (_build/alt/{path.stem}-{identity}.png):\n    {words}")
    if "--read" in arguments:
        SIGNED.write_text(HEAD + yaml.safe_dump({path.stem: signatures(path) for path in chapters}, sort_keys=False),
                          encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
