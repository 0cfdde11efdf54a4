"""Pages that open at once: one style sheet with the rules that are used, a script that waits for the page, one more.

Sphinx and its theme put a dozen style sheets and two dozen scripts on every page. Each page that is written
passes through `Pages`, which names one of each in their place; when all are written, `bundle` puts the two
together. Icons are drawn by the style sheet; what pictures do is in `pictures`.
"""

import hashlib
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path

from sphinx.jinja2glue import BuiltinTemplateLoader

from course_book import frontend, heights, icons, notebooks, npm, pictures, typefaces

STYLES = (
    "basic.css", "styles/pydata-sphinx-theme.css", "pygments.css", "styles/sphinx-book-theme.css", "togglebutton.css",
    "copybutton.css", "mystnb.*.css", "exercise.css", "proof.css", "sphinx-design.min.css", "palette.css", "course.css")
SCRIPTS = (
    "documentation_options.js", "doctools.js", "sphinx_highlight.js", "theme-names.js", "togglebutton.js",
    "design-tabs.js", "asleep.js", "page.js", "quiz.js", "search.js")
#: what comes with the reader's first sign of life: the theme's menus, hints and side bars, and the buttons that copy
LATER = ("clipboard.min.js", "copybutton.js", "scripts/sphinx-book-theme.js", "scripts/bootstrap.js",
         "scripts/pydata-sphinx-theme.js")
#: what the theme asks for and the book does without: its icons as a script, its search
LEFT_OUT = ("styles/theme.css", "scripts/fontawesome.js", "searchtools.js", "language_data.js", "searchindex.js")
UNUSED = ("fontawesome.js", "sphinx-thebe.js", "searchtools.js", "language_data.js")
STYLE, SCRIPT, SECOND = "book.css", "book.js", "theme.js"   # page.js asks for the second
ARCHIVE = "how-a-network-learns.zip"    # written when everything else is

HEAD = re.compile(r"<head>(.*?)</head>", re.S)
LINK = re.compile(r'\s*<link [^>]*href="([^"]+)"[^>]*>')
SOURCE = re.compile(r'\s*<script[^>]* src="([^"]+)"[^>]*></script>')
INLINE = re.compile(r"\s*<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>")
#: what exercises, solutions and theorems all call their insides, where an element's name should be its own
SAME = re.compile(r' id="(?:(?:exercise|solution|proof)-content|proof)"')
#: what every fold of a cell is called aloud, where each says in words what it holds
FOLD = ' aria-label="Toggle hidden content"'
#: a page that no script has touched: light, with key frames in place of widgets
UNSCRIPTED = ' class="course-unscripted" data-theme="light"'
#: the theme's script finds out whether the reader wants it dark only after the page was painted
SCHEME = ("page.classList.remove('course-unscripted'); "
          "page.dataset.theme = /light|dark/.exec(page.dataset.mode)?.[0] ?? "
          "(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');")
#: Who opens a page at its top sees its first screen; it is laid out whole where a place in it is to be found, and in
#: Safari 18, which finds no words in what is not laid out (WebKit bug 283846): the first Safari that does is the
#: first that knows anchors. Who leaps needs all of it, to land in the right place, be the script there or not.
TOP = ("if (!location.hash && performance.getEntriesByType('navigation')[0]?.type === 'navigate' "
       "&& CSS.supports('anchor-name: --a')) page.classList.add('course-from-the-top');\n"
       "addEventListener('click', ({target}) => { if (target.closest(\"a[href*='#']\")) "
       "page.classList.remove('course-from-the-top'); }, true);")
#: The script comes when the first screen has been painted. What it adds it would add when the page's text is there,
#: which by now it is: the last line says so again to those of its parts that wait for it. Ours begin in a task each
#: (`setTimeout`), so that none of them keeps the reader waiting for long.
AFTER_PAINT = ("addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => setTimeout(() => "
               "document.head.append(Object.assign(document.createElement('script'), {{src: '{script}'}})))), "
               "{{once: true}});")
THERE = 'document.dispatchEvent(new Event("DOMContentLoaded"));\n'
#: names, punctuation and spaces in code look like all other text: they need no element each
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
#: the theme asks every code cell for its width, and so lays out the whole page; `page.js` asks those that are seen
MEASURE = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
EXTRA = re.compile(r'\s*<meta name="(?:viewport|docsearch:\w+)"[^>]*>|\s*<!--.*?-->', re.S)


class Pages(BuiltinTemplateLoader):
    """Renders pages as Sphinx does, then makes them light."""

    def init(self, builder, theme=None, dirs=None):
        super().init(builder, theme, dirs)
        self.builder = builder

    def render(self, template, context):
        html = super().render(template, context)
        if "<head>" not in html:
            return html
        for old in made_of_pages(self.builder.outdir):
            old.unlink()
        root = context["pathto"]("", 1)
        letters = typefaces.first(html)
        html = HEAD.sub(lambda found: f"<head>{head(found[1], root, self.version(), letters)}</head>", html, count=1)
        html = SAME.sub("", PLAIN.sub(r"\1", without_scripts(html)))
        html = html.replace(FOLD, "").replace(' data-theme="auto"', UNSCRIPTED, 1)
        files = {name: Path(self.builder.srcdir, path) for path, name in self.builder.images.items()}
        return heights.keep(pictures.light(html, files, notebooks.dark_figures(self.builder.config)))

    def version(self):
        """Changes when a style or a script does, so that no browser shows a page with an old one."""
        return hashlib.sha256(f"{self.builder.config.course_static}{STYLES + SCRIPTS + LATER}".encode()).hexdigest()[:8]


def head(text, root, version, letters):
    """The head of a page with one style sheet, the files of letters that its first screen needs, and one script."""
    text = EXTRA.sub("", INLINE.sub("", LINK.sub(lambda found: "" if bundled(found[1]) else found[0],
                                                 without_scripts(text))))
    # after the style sheet, without which nothing is painted, and together; from a folder a browser may not load ahead
    fonts = "".join('<link rel="preload" as="font" type="font/woff2" crossorigin fetchpriority="low" '
                    f'href="{root}_static/fonts/{name}">' for name in letters)
    script = AFTER_PAINT.format(script=f"{root}_static/{SCRIPT}?v={version}")
    early = (f"<script>{{const page = document.documentElement; {SCHEME} {TOP}}}\nif (location.protocol !== 'file:') "
             f"document.head.insertAdjacentHTML('beforeend', '{fonts}');\n{script}</script>")
    return (f'{text.rstrip()}\n<meta name="viewport" content="width=device-width, initial-scale=1">\n{early}\n'
            f'<link rel="stylesheet" href="{root}_static/{STYLE}?v={version}">\n')


def name_of(address):
    """The name of a file below `_static`, or beside the first page."""
    return re.sub(r"^.*_static/|\?.*$|^(?:\.\./)+", "", address)


def bundled(address):
    """Whether a style sheet or a script is in the one of all pages, or left out; others stay on their page."""
    name = name_of(address)
    return name in SCRIPTS + LATER + LEFT_OUT or any(fnmatch(name, style) for style in STYLES)


def without_scripts(html):
    """Take out the scripts that are bundled or left out; the others wait for the page."""
    def decide(found):
        return "" if bundled(found[1]) else f'\n<script defer src="{found[1]}"></script>'
    return SOURCE.sub(decide, html)


def made_of_pages(book):
    """The zip, the PDF, the e-book and the slides: with a new page they are old, and go."""
    files = [path for path in Path(book).glob("*.*") if path.suffix in (".zip", ".pdf", ".epub")]
    return files + list(Path(book, "slides").glob("*"))


def wrote_pages(app):
    """Whether pages are new. The zip is made of them last: where it is, nothing is left to do."""
    return app.builder.name == "html" and not Path(app.outdir, ARCHIVE).exists()


def bundle(app, exception):
    """Write the style sheet and the script of all pages."""
    if exception or not wrote_pages(app):
        return
    book = Path(app.outdir)
    static = book / "_static"
    pictures.convert(book, notebooks.dark_figures(app.config))
    pages = [path.read_text(encoding="utf-8") for path in sorted(book.rglob("*.html")) if "_static" not in path.parts]
    for name, parts, end in ((SCRIPT, SCRIPTS, THERE), (SECOND, LATER, "")):
        script = "\n;".join([*(read(static, part) for part in parts), end]).replace(MEASURE, "")
        (static / name).write_text(re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.M), encoding="utf-8")
    styles = "\n".join([*(read(static, name) for name in STYLES), app.course_formulas.css])
    styles = used(styles, static)
    faces = typefaces.write(static / "fonts", pages, styles)
    styles = faces + re.sub(r"@font-face[^{]*\{[^}]*(?:\.woff\"|fontawesome)[^}]*\}", "", styles)
    (static / STYLE).write_text(styles + icons.rules(pages), encoding="utf-8")
    clear(static)


def read(static, name):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(static.glob(name)))


def used(styles, static):
    """The rules whose elements are on some page, or are made by its scripts."""
    everything = static / "everything.css"
    everything.write_text(styles, encoding="utf-8")
    done = npm.run("node", frontend.LOCK / "styles.mjs", frontend.MODULES, static.parent, everything,
                   cwd=frontend.CACHE)
    everything.unlink()
    if done.returncode:
        raise RuntimeError(f"PurgeCSS could not choose the rules that are used:\n{done.stderr[-2000:]}")
    return done.stdout


def clear(static):
    """Remove what no page asks for, so that the book's zip is light too."""
    for path in static.rglob("*"):
        if path.suffix in (".map", ".ttf", ".txt") or path.name in UNUSED:
            path.unlink()


def forget_code(app):
    """Remove the pages of code when pages look different now: Sphinx writes them again only for new code."""
    kept = Path(app.outdir).parent / "pages.txt"
    state = app.config.course_static
    if not kept.is_file() or kept.read_text() != state:
        shutil.rmtree(Path(app.outdir, "_modules"), ignore_errors=True)
        kept.write_text(state)


def setup(app):
    app.connect("builder-inited", forget_code)
    app.add_js_file("page.js", loading_method="defer")
    app.add_js_file("quiz.js", loading_method="defer")
    app.add_js_file("search.js", loading_method="defer")
    app.connect("config-inited", lambda app, config: setattr(config, "template_bridge", "course_book.light.Pages"))
    app.connect("build-finished", bundle, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
