"""A picture of handwritten digits to rows of digits.

    picture → paper → light → sheet → ink → way → pieces → rows → frames → labels → confidence

Each stage is a file with one function that takes the result of the stage before it; `page.read_page` calls
them in this order. `part` and `measures` say what a piece of ink and a page are, `judge` what looks like one
digit; `pieces` asks `joining` and `cutting`; a `view` is what of the picture is read, and from which side.
`VIEWS` and `STAGES` name what can be left out.
"""

import lazy_loader as lazy

# so scikit-image is loaded when a page is read, not before
__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={
    "files": ["open_bytes", "open_picture"],
    "labels": ["classify", "load_reader"],
    "page": ["STAGES", "VIEWS", "Digit", "Page", "Refused", "read_file", "read_page"],
})
