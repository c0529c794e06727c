"""Which of the installed packages are not those of requirements.lock, and what to do then?

The tests have passed with the locked versions. Where they fail with others, a release may be the
cause: `conftest.py` says so at the end of such a run, by this file's hook, and so does
``make test-newest``.

    python tools/drift.py        the sentence, or nothing if nothing differs
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)", re.MULTILINE)
ADVICE = 'What to do: CONTRIBUTING.md, "A red Monday".'


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def differences(lock: str, installed: dict[str, str]) -> list[str]:
    """Return "numpy 2.9.0 (locked: 2.4.6)" for each package that the lock has in other versions."""
    locked: dict[str, list[str]] = {}
    for name, version in LINE.findall(lock):  # more than one where it depends on the platform
        locked.setdefault(canonical(name), []).append(version)
    return [
        f"{name} {installed[name]} (locked: {' or '.join(versions)})"
        for name, versions in sorted(locked.items())
        if installed.get(name, versions[0]) not in versions
    ]


def sentence() -> str:
    """Return what differs here from the lock and what to do about it, or nothing."""
    here = {canonical(d.metadata["Name"]): d.version for d in metadata.distributions()}
    found = differences(LOCK.read_text(encoding="utf-8"), here)
    if not found:
        return ""
    return f"Not the versions that the book was tested with: {', '.join(found)}. {ADVICE}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """End a red run with other versions by saying so, after all else."""
    yield
    if terminalreporter.stats.keys() & {"failed", "error"} and (text := sentence()):
        terminalreporter.write_line(text, red=True)


if __name__ == "__main__":
    print(sentence())
