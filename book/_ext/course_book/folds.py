"""Mathematics in the summary of a fold.

A quiz answer is a `<details>` fold written in HTML, so that it works with no script at all.
Jupyter typesets `$x$` inside it, MyST leaves HTML alone; this hands the formula to MathJax.
"""

import re

from docutils import nodes


def mark_mathematics(app, doctree):
    for raw in doctree.findall(nodes.raw):
        if "<summary>" in raw.astext():
            raw[0] = nodes.Text(re.sub(
                r"\$([^$]+)\$", r'<span class="math notranslate nohighlight">\\(\1\\)</span>',
                raw.astext()))


def setup(app):
    app.connect("doctree-read", mark_mathematics)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
