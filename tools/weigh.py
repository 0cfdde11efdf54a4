"""What each page of the built book weighs when it is opened and nothing is touched, and its widgets when they wake.

    python tools/weigh.py [FOLDER]          of _build/html, as the last build left it

A browser as large as a telephone opens every page from a server on this machine that compresses as a public host
does. Kilobytes of 1,000 bytes: as they are sent, and as they are when unpacked.
"""

import gzip
import re
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
import yaml

ROOT = Path(__file__).parents[1]
PACKED = (".html", ".css", ".js", ".svg", ".json", ".xml")
ASLEEP = re.compile(r'data-widget="(\w+)" data-state="([\w-]+)"')
TELEPHONE = {"width": 412, "height": 823}    # Lighthouse's


class Compressing(SimpleHTTPRequestHandler):
    """Serves files, those of text compressed."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            return self.send_error(404)
        data = path.read_bytes()
        packed = path.suffix in PACKED
        if packed:
            data = gzip.compress(data, 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *details):
        pass


@contextmanager
def served(folder):
    """The address of a server for a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressing, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def pages():
    """Return the pages of the table of contents as paths below the built book."""
    def files(item):
        name = item.get("root") or item.get("file")
        children = sum((item.get(key, []) for key in ("parts", "chapters", "sections")), [])
        return ([f"{name}.html"] if name else []) + sum(map(files, children), [])

    return files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def weigh(browser, address, page, book):
    """Return {"page", "requests", "sent", "whole", "files"} of a page that is opened for the first time."""
    with browser.new_context(viewport=TELEPHONE, is_mobile=True, has_touch=True, device_scale_factor=1.75) as context:
        window, asked = context.new_page(), []
        window.on("request", lambda request: asked.append(request.url.removeprefix(address).split("?")[0].lstrip("/")))
        window.goto(f"{address}/{page}", wait_until="networkidle")
    paths = [book / name for name in asked if (book / name).is_file()]
    sizes = {path.relative_to(book).as_posix(): size_of(path) for path in paths}
    return {"page": page, "requests": len(asked), "files": sizes, "sent": sum(sent for sent, _ in sizes.values()),
            "whole": sum(whole for _, whole in sizes.values())}


def size_of(path):
    """Kilobytes of a file as it is sent and as it is."""
    data = path.read_bytes()
    return (len(gzip.compress(data, 6) if path.suffix in PACKED else data) / 1000, len(data) / 1000)


def widgets(book, page):
    """Yield (kind, kilobytes that waking it fetches) of each widget on a page."""
    for kind, state in ASLEEP.findall((book / page).read_text(encoding="utf-8")):
        yield kind, sum(size_of(book / f"_static/widgets/{name}.js")[0] for name in (kind, state))


def main(folder=ROOT / "_build/html"):
    book = Path(folder).resolve()
    print(f"{'page':<38}{'requests':>9}{'sent kB':>9}{'whole kB':>9}  widgets, kB when they wake")
    with served(book) as address, chromium.opened() as browser:
        for page in pages():
            row = weigh(browser, address, page, book)
            named = ", ".join(f"{kind} {size:.0f}" for kind, size in widgets(book, page))
            print(f"{page:<38}{row['requests']:9}{row['sent']:9.0f}{row['whole']:9.0f}  {named}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
