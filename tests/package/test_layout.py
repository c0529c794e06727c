"""The package's layout: imports point one way."""

import ast
from pathlib import Path

import pytest

import simple_ml

PACKAGE = Path(simple_ml.__file__).parent

# Each module may import those above it; the order is that of the design.
ORDER = """
_twin _console _validate datasets losses initialization softmax_regression two_layer deep threads
training gradcheck curvature check plotting study __main__
""".split()


def imports(path):
    """Return the modules of simple_ml that the file at `path` imports, at any depth."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            package, _, module = (node.module or "").partition(".")
            if package == "simple_ml":
                found |= {module.split(".")[0]} if module else {a.name for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("simple_ml.")}
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_imports_point_upward(path):
    module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if module == "__init__":
        return
    assert module in ORDER, f"{path.name} has no place in the order of modules"
    above = ORDER[: ORDER.index(module)]
    inside = [module] if path.parent != PACKAGE else []  # a sub-package may import its own parts
    assert imports(path) <= {*above, *inside}


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_only_the_command_line_knows_the_study_and_imports_it_when_asked(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    study = [node for node in named if node.module.startswith("simple_ml.study")]
    assert bool(study) == (path.stem == "__main__")
    assert not set(study) & set(tree.body)


def test_every_public_name_exists_and_has_a_docstring():
    for name in simple_ml.__all__:
        assert getattr(simple_ml, name).__doc__
