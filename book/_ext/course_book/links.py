"""What `make links` asks about a DOI: whether it is registered. Publishers turn away whoever is not a browser."""

DOI = "https://doi.org/"


def ask(app, uri):
    """The address to ask in place of one on a page."""
    return f"{DOI}api/handles/{uri.removeprefix(DOI)}" if uri.startswith(DOI) else None


def setup(app):
    app.connect("linkcheck-process-uri", ask)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
