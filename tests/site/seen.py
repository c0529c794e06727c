"""Remember what was looked at, so that only what has changed is looked at again.

To look at a page takes seconds: three widths, two themes, all of its text read for accessibility;
so does a notebook in JupyterLab. It counts as seen if nothing was wrong with it and all files that
it was made of, what looks at it and the browser are the same. A fresh clone remembers nothing.
"""

import hashlib
import json
from pathlib import Path

from browsing import ROOT

EYES = [
    *(path for path in sorted(Path(__file__).parent.rglob("*.*")) if path.suffix in (".py", ".js")),
    *(ROOT / "tools" / name for name in ("browsing.py", "browser.py")),
    *(ROOT / name for name in ("tests/conftest.py", "conftest.py", "requirements.lock")),
]


def digest(files) -> str:
    """Return a digest of files, of their names, and of which of them there are."""
    found = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes() if path.is_file() else b"gone"
        found.update(f"{path} {len(content)}\n".encode() + content)
    return found.hexdigest()


class Memory:
    """Of one sort of things, by name; ``versions`` are those of the programs that show them."""

    def __init__(self, sort: str, *versions: str, folder: Path = ROOT / "build"):
        self.file = folder / f"seen-{sort}.json"
        self.eyes = [*versions, digest(EYES)]
        kept = json.loads(self.file.read_text(encoding="utf-8")) if self.file.is_file() else {}
        self.things = kept["things"] if kept.get("eyes") == self.eyes else {}

    def recall(self, name: str) -> dict | None:
        """Return what was found where all files are as they were."""
        kept = self.things.get(name)
        if kept and kept["content"] == digest(map(Path, kept["files"])):
            return kept["found"]
        return None

    def keep(self, name: str, files, found: dict) -> None:
        """Remember something with which nothing was wrong, made of these files."""
        files = sorted(map(str, files))
        kept = {"files": files, "content": digest(map(Path, files)), "found": found}
        self.things[name] = kept
        self.file.parent.mkdir(exist_ok=True)
        text = json.dumps({"eyes": self.eyes, "things": self.things})
        self.file.write_text(text, encoding="utf-8")
