"""A description was read beside its picture by somebody; when either changes, it has to be read again."""

import alt_texts
import pytest
import yaml
from numbers_behind import NOTEBOOKS

SIGNED = yaml.safe_load(alt_texts.SIGNED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_description_was_read_beside_its_picture(path):
    now, signed = alt_texts.signatures(path), SIGNED.get(path.stem, {})
    assert now == signed, (f"read again, then sign (tools/alt_texts.py): "
                           f"{[identity for identity in now | signed if now.get(identity) != signed.get(identity)]}")


def test_a_signature_holds_words_and_picture():
    read = alt_texts.signature("Three bars.", b"a picture")
    assert read != alt_texts.signature("Two bars.", b"a picture")
    assert read != alt_texts.signature("Three bars.", b"another")
