"""Write derived records, text files that follow from other files, and say what changed in them."""

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def differences(path: Path, text: str) -> list[str]:
    """Return the lines that the record at ``path`` should lose (``- …``) and get (``+ …``)."""
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    before, now = Counter(written.splitlines()), Counter(text.splitlines())
    return [f"- {line}" for line in before - now] + [f"+ {line}" for line in now - before]


def renew(path: Path, text: str) -> None:
    """Make ``text`` the record at ``path``, and print which lines that changes."""
    changed = differences(path, text)
    path.write_text(text, encoding="utf-8")
    print(f"{path.relative_to(ROOT).as_posix()}: {len(changed) or 'no'} changed lines")
    print("".join(f"  {line}\n" for line in changed), end="")
