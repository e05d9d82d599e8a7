"""Check that each link within the built documentation leads to a page, a file and a place in it.

Run as ``python docs/check_links.py docs/_build/html``. It asks for nothing outside of that folder,
and ends with 1 if a link leads nowhere, or if a page needs a script, a style or a picture of
another server: the site is read without a network.
"""

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Kinds of links that a browser follows by itself.
LOADED = ("stylesheet", "icon", "shortcut icon", "preload", "modulepreload")


class Page(HTMLParser):
    """The links of a page, and the places in it that links may name."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places, self.needs = [], {"", "top"}, []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Take note of a tag."""
        found = dict(attrs)
        self.places.update(found[name] for name in ("id", "name") if found.get(name))
        self.links += [found[name] for name in ("href", "src", "poster") if found.get(name)]
        self.links += [each.split()[0] for each in (found.get("srcset") or "").split(",") if each]
        if tag == "link" and found.get("rel") in LOADED:
            self.needs.append(found.get("href") or "")
        elif tag != "a":
            self.needs += [found[name] for name in ("src", "poster") if found.get(name)]


page_at = cache(Page)


def fault_of(link, path, root):
    """What is wrong with a link of a page, None if nothing is or if it leads elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    place = unquote(parts.path)
    target = root / place[1:] if place.startswith("/") else path.parent / place
    target = (target if place else path).resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(root.resolve()):
        return "leads out of the site"
    if not target.is_file():
        return "leads to no file"
    if target.suffix == ".html" and unquote(parts.fragment) not in page_at(target).places:
        return "names no place there"
    return None


def faults_in(root):
    """Links that lead nowhere, as (page, link, what is wrong), and the number of all."""
    n_links, faults = 0, []
    for path in sorted(root.rglob("*.html")):
        page, name = page_at(path.resolve()), str(path.relative_to(root))
        for link in page.links:
            n_links += 1
            if fault := fault_of(link, path, root):
                faults.append((name, link, fault))
        elsewhere = [need for need in page.needs if urlsplit(need).netloc]
        faults += [(name, need, "is asked of another server") for need in elsewhere]
    return n_links, faults


def main():
    """Print what is wrong; return 1 if anything is."""
    n_links, faults = faults_in(Path(sys.argv[1]))
    for page, link, fault in faults:
        print(f"{page}: {link} {fault}")
    print(f"{n_links} links, {len(faults)} faults")
    return int(bool(faults) or not n_links)


if __name__ == "__main__":
    sys.exit(main())
