"""Set the repository's address in the places that have to name it: make address, make address URL=...

    python tools/address.py https://github.com/somebody/course   into `_config.yml`, then everywhere
    python tools/address.py                                      what `_config.yml` has, everywhere
    python tools/address.py --check                              only say what differs

Everywhere is the first cell of each chapter (Colab installs `course_lib` from there) and `CITATION.cff`.
Links, launch buttons, the site's map and its card come from `_config.yml` when the book is built.
"""

import re
import sys
from pathlib import Path

import first_cells
import yaml

ROOT = Path(__file__).parents[1]
FORM = re.compile(r"https://[\w.-]+(/[\w.~-]+){2,}")


def set_address(config, url):
    """Write the address into a `_config.yml`, whose comments stay; return the file's name if it had another."""
    url = url.rstrip("/").removesuffix(".git")
    if not FORM.fullmatch(url):
        sys.exit(f"{url!r} is not the address of a repository; give it as https://github.com/OWNER/NAME")
    old = config.read_text(encoding="utf-8")
    new = re.sub(r'(?m)^(repository:\n  url: ).*$', rf'\1"{url}"', old, count=1)
    config.write_text(new, encoding="utf-8")
    return [config.name] if new != old else []


def cited(text, url):
    """Return a CITATION.cff that names the repository, or does not while it has no address."""
    text = re.sub(r"(?m)^repository-code: .*\n", "", text)
    return text + (f"repository-code: {url}\n" if url else "")


def update(root, write=True):
    """Give every file that names the address the one of `_config.yml`; return those that had to change."""
    config = root / "_config.yml"
    url = yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]["url"]
    source = first_cells.wanted_source(config)
    changed = [path.name for path in sorted(root.glob("book/*.ipynb")) if first_cells.update(path, source, write)]
    citation = root / "CITATION.cff"
    old = citation.read_text(encoding="utf-8")
    if cited(old, url) != old:
        changed.append(citation.name)
        if write:
            citation.write_text(cited(old, url), encoding="utf-8")
    return changed


def main(*arguments):
    check = "--check" in arguments
    changed = [name for url in set(arguments) - {"--check"} for name in set_address(ROOT / "_config.yml", url)]
    changed += update(ROOT, write=not check)
    if check and changed:
        sys.exit(f"The address in _config.yml is not the one in {', '.join(changed)}: run make address.")
    print(f"The address is {'looked at' if check else 'written'}; {len(changed)} files changed.")


if __name__ == "__main__":
    main(*sys.argv[1:])
