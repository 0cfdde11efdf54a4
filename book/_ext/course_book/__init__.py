"""What this book needs beyond Jupyter Book, one small Sphinx extension for each purpose.

`absent`     a book of some of the chapters: no link leads to what was left out
`address`    launch and repository buttons only where the repository's address is set
`archive`    a zip of the built book, for reading it without a network
`colours`    the library's palette as a style sheet
`descriptions` what a search engine says about a page
`docstrings` bars in docstrings are absolute values
`formulas`   formulas are set when the book is built
`glossary`   words of the glossary lead there where a chapter first uses them
`labels`     the bibliography's labels are those of the text
`light`      one style sheet with the rules that are used (`icons`, `typefaces`), one script, `pictures` when near
`links`      how links to other places are checked
`live`       pages that run in the reader's browser: `live_files` fetches what they take, `live_parts` makes the rest,
             `live_needs` says which page asks for what, `lab` puts the chapters beside them as notebooks
`minutes`    how long a chapter takes to read
`notebooks`  chapters are executed two at a time, and again when `course_lib` has changed
`offline`    nothing on a page asks another host for anything; `frontend` fetches what the build takes
`pads`       the drawing pad outside notebooks, and the weights that it asks for
`quizzes`    a question of a quiz can be referred to
`roles`      a bibliography whose roles screen readers can follow
`search`     places and their words, for the search in the page
`site`       a page for wrong addresses, a map of the site, a card
`widgets`    widgets sleep until a reader comes near; `paper` prints the players' key frames
"""

EXTENSIONS = ("absent", "address", "archive", "colours", "descriptions", "docstrings", "formulas", "glossary", "labels",
              "light", "links", "live", "minutes", "notebooks", "offline", "pads", "quizzes", "roles", "search",
              "site", "widgets")


def setup(app):
    for name in EXTENSIONS:
        app.setup_extension(f"course_book.{name}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
