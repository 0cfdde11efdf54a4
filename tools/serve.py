"""Serve the built book on this machine and open it.

python tools/serve.py [PORT]
"""

import sys
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BOOK = Path(__file__).parents[1] / "_build/html"


#: what a notebook in `lite/` may reach: this server. JupyterLab makes code of its schemas, hence 'unsafe-eval'.
NOTEBOOKS = ("default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
             "base-uri 'self'; form-action 'self'")


class Quiet(SimpleHTTPRequestHandler):
    def end_headers(self):
        """With the two headers of isolation a page's Python can be stopped and keep what it knows.

        JupyterLite's runs without them only; its worker asks a server for the policy that live pages give their own.
        """
        if self.path.startswith("/lite/"):
            self.send_header("Content-Security-Policy", NOTEBOOKS)
        else:
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *details):
        pass


def main(port="8000"):
    for number in range(int(port), int(port) + 20):
        try:
            server = ThreadingHTTPServer(("127.0.0.1", number), partial(Quiet, directory=BOOK))
            break
        except OSError:  # somebody else has this port
            continue
    else:
        sys.exit(f"No free port from {port} on; name another: make serve PORT=9000")
    address = f"http://127.0.0.1:{number}/"
    print(f"The book is at {address} (Ctrl+C stops the server).", flush=True)
    webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nStopped.")


if __name__ == "__main__":
    main(*sys.argv[1:])
