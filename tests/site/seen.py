"""Remember pages that were looked at, so that only those that changed are looked at again.

To look at a page takes seconds: three widths, two themes, all of its text read for accessibility.
A page counts as seen if nothing was wrong with it and everything that it loaded, what looks at it
and the browser are the same. A fresh clone remembers nothing.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import site_weight
from browsing import ROOT, SITE
from checks import Visit

MEMORY = ROOT / "build" / "seen.json"
EYES = [
    *(path for path in sorted(Path(__file__).parent.rglob("*.*")) if path.suffix in (".py", ".js")),
    *(ROOT / "tools" / name for name in ("browsing.py", "browser.py")),
]


def digest(files) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


class Memory:
    """Of pages by name; ``browser`` is its version."""

    def __init__(self, browser: str, file: Path = MEMORY):
        self.file, self.eyes = file, f"{browser} {digest(EYES)}"
        kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        self.pages = kept.get("pages", {}) if kept.get("eyes") == self.eyes else {}

    def content(self, name: str, asked: list[str]) -> str:
        """Return a digest of a page, of what it asked for, and of the chapter behind it."""
        files = site_weight.files_of(SITE, asked) | {SITE / name}
        chapter = (ROOT / name).with_suffix(".ipynb")
        return digest(sorted(files) + [chapter] * chapter.is_file())

    def visit(self, name: str) -> Visit | None:
        """Return what was found on a page that is as it was."""
        kept = self.pages.get(name)
        if kept and kept["content"] == self.content(name, kept["visit"]["asked"]):
            return Visit(**kept["visit"])
        return None

    def keep(self, name: str, visit: Visit) -> None:
        """Remember a page with which nothing was wrong."""
        self.pages.pop(name, None)
        if not visit.wrong:
            content = self.content(name, visit.asked)
            self.pages[name] = {"content": content, "visit": asdict(visit)}
        self.file.parent.mkdir(exist_ok=True)
        text = json.dumps({"eyes": self.eyes, "pages": self.pages})
        self.file.write_text(text, encoding="utf-8")
