"""What this book needs beyond Jupyter Book, one small Sphinx extension for each purpose.

`address`    launch and repository buttons only where the repository's address is set
`archive`    a zip of the built book, for reading it without a network
`colours`    the library's palette as a style sheet
`docstrings` bars in docstrings are absolute values
`labels`     the bibliography's labels are those of the text
`notebooks`  chapters are executed two at a time, and again when `course_lib` has changed
`offline`    nothing on a page asks another host for anything; `frontend` fetches what it takes
`pads`       the drawing pad outside notebooks, and the weights that it asks for
`paper`      the players' key frames, for printing and for pages without scripts
`roles`      a bibliography whose roles screen readers can follow
"""

EXTENSIONS = ("address", "archive", "colours", "docstrings", "labels", "notebooks", "offline",
              "pads", "paper", "roles")


def setup(app):
    for name in EXTENSIONS:
        app.setup_extension(f"course_book.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
