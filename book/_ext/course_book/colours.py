"""The palette of `course_lib.figures.palette` as a style sheet, so that page and figures agree."""

from pathlib import Path

from course_lib.figures import palette


def write_palette(app):
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    (static / "palette.css").write_text(palette.css(), encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write_palette)
    app.add_css_file("palette.css", priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
