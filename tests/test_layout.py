"""The package's layout: imports point one way."""

import ast
from pathlib import Path

import pytest

import simple_ml

PACKAGE = Path(simple_ml.__file__).parent

# Each module may import those above it; the order is that of the design.
ORDER = [
    "_validate",
    "datasets",
    "losses",
    "initialization",
    "softmax_regression",
    "two_layer",
    "deep",
    "training",
    "gradcheck",
    "results",
    "mistakes",
    "check",
    "sweep",
    "plotting",
    "__main__",
]


def imports(path):
    """Return the modules of simple_ml that the file at `path` imports, at any depth."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] == "simple_ml"
        ):
            rest = node.module.split(".")[1:]
            found |= {rest[0]} if rest else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("simple_ml.")}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_imports_point_upward(path):
    if path.stem == "__init__":
        return
    assert path.stem in ORDER, f"{path.name} has no place in the order of modules"
    above = set(ORDER[: ORDER.index(path.stem)])
    assert imports(path) <= above


def test_every_public_name_exists_and_has_a_docstring():
    for name in simple_ml.__all__:
        assert getattr(simple_ml, name).__doc__
