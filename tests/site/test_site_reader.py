"""What a reader finds besides the text: cheat sheet, glossary, links in code, addresses."""

import re
from types import SimpleNamespace

import code_links
import finish_pages
import glossary_links
import numpy as np
import pytest
from browsing import ROOT
from bs4 import BeautifulSoup
from pygments import highlight
from pygments.lexers import get_lexer_by_name

from simple_ml import deep, gradients, softmax_loss
from simple_ml.gradcheck import numerical_gradient, relative_error
from simple_ml.losses import softmax

# ---------------------------------------------------------------- the cheat sheet


def cheat_sheet() -> dict[str, list[list[str]]]:
    """Return the code of each row of the cheat sheet, by section."""
    text = (ROOT / "book" / "cheat_sheet.md").read_text(encoding="utf-8")
    sections = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        rows = [row.split("\n  - ")[1:] for row in section.split("\n* - ")[2:]]
        sections[section.partition("\n")[0]] = [
            re.findall(r"`([^`]+)`", row[1]) for row in rows if len(row) == 3
        ]
    return sections


@pytest.fixture
def batch():
    """Return the names that the cheat sheet starts from, in float64."""
    rng = np.random.default_rng(1)
    m, n, d, k = 6, 5, 4, 3
    return {
        "np": np, "m": m, "k": k, "lr": 0.1, "softmax": softmax,
        "numerical_gradient": numerical_gradient, "c": np.array([1.0, 2.0, 0.5, 3.0]),
        "X": rng.standard_normal((m, n)), "y": np.array([0, 1, 2, 0, 1, 2]),
        "theta": rng.standard_normal((n, k)),
        "W1": rng.standard_normal((n, d)), "W2": rng.standard_normal((d, k)),
    }  # fmt: skip


def run(section: str, names: dict) -> dict:
    for lines in cheat_sheet()[section]:
        exec("\n".join(lines), names)
    return names


def test_the_cheat_sheet_s_linear_model_is_the_package_s(batch):
    run("From scores to a loss", batch)
    scores = batch["X"] @ batch["theta"]
    loss = lambda theta: softmax_loss(batch["X"] @ theta, batch["y"])  # noqa: E731
    assert batch["loss"] == pytest.approx(softmax_loss(scores, batch["y"]))
    np.testing.assert_allclose(batch["S"], softmax(scores))
    numeric = numerical_gradient(loss, batch["theta"].copy())
    assert relative_error(batch["dtheta"], numeric) < 1e-8
    assert np.linalg.eigvalsh(batch["H"]).min() > -1e-12
    assert batch["guess"] == softmax_loss(np.zeros((1, 3)), np.array([0]))


def test_the_cheat_sheet_s_two_layers_are_the_package_s(batch):
    run("From scores to a loss", batch)
    W1, W2 = batch["W1"].copy(), batch["W2"].copy()
    run("Two layers", batch)
    expected = gradients(batch["X"], batch["y"], W1, W2)
    np.testing.assert_allclose(batch["dW1"], expected[0])
    np.testing.assert_allclose(batch["dW2"], expected[1])
    np.testing.assert_allclose(batch["W1"], W1 - 0.1 * expected[0])
    by_input = numerical_gradient(
        lambda X: softmax_loss(np.maximum(X @ W1, 0) @ W2, batch["y"]), batch["X"].copy()
    )
    assert relative_error(batch["dX"], by_input) < 1e-7


def test_the_cheat_sheet_s_recursion_is_the_package_s(batch):
    forward, start, through, weights, back = cheat_sheet()["Any number of layers"]
    names = batch | {"L": 2, "W": {1: batch["W1"], 2: batch["W2"]}, "A": {}, "dW": {}}
    names |= {"Z": {1: batch["X"]}, "I_y": np.eye(3)[batch["y"]]}
    names["sigma"] = {1: deep.ACTIVATIONS["relu"], 2: deep.ACTIVATIONS["identity"]}
    for i in (1, 2):
        exec("\n".join(forward), names | {"i": i})
    exec(start[0], names)
    for names["i"] in (2, 1):
        exec("\n".join([*through, *weights, *back]), names)
    expected = gradients(batch["X"], batch["y"], batch["W1"], batch["W2"])
    np.testing.assert_allclose(names["dW"][1], expected[0])
    np.testing.assert_allclose(names["dW"][2], expected[1])


def test_the_cheat_sheet_s_checks_hold(batch):
    run("From scores to a loss", batch)
    W1 = batch["W1"].copy()
    run("Two layers", batch)
    batch["W2"] += 0.1 * batch["dW2"]  # the sheet's last line was a step; back before it
    batch["W1"] = W1
    entry, *others = cheat_sheet()["Is it right?"]
    batch["f"] = lambda W: softmax_loss(np.maximum(batch["X"] @ W, 0) @ batch["W2"], batch["y"])
    assert relative_error(eval(entry[0], batch), batch["dW1"]) < 1e-7
    assert len(others) == 3
    assert all(eval(code, batch) for (code,) in others)
    batch["dW1"] = batch["dW1"] / 2
    assert not eval(others[1][0], batch)


# ---------------------------------------------------------------- glossary


def test_the_glossary_is_in_alphabetical_order_and_says_each_term_once():
    terms = glossary_links.read_terms(ROOT / "book" / "glossary.md")
    folded = [term.casefold() for term in terms]
    assert folded == sorted(set(folded))


def test_a_term_is_found_in_its_longest_form():
    find = glossary_links.pattern(["softmax", "softmax loss", "ReLU"])
    assert [m[1] for m in find.finditer("Softmax loss, softmax, a ReLU, prelude")] == [
        "Softmax loss", "softmax", "ReLU",
    ]  # fmt: skip
    assert len(glossary_links.pattern(["in place"]).findall("in place, in place of")) == 1


def test_chapters_link_a_term_once(pages):
    for name in pages:
        if name.startswith("notebooks/0"):
            targets = re.findall(r'glossary\.html#(term-[^"]+)"', pages[name].text)
            assert len(targets) >= 5, name
            assert len(targets) == len(set(targets)), name


# ---------------------------------------------------------------- names in code, and cards


class Documented:
    """An API page that describes these names."""

    places = dict.fromkeys(["simple_ml.losses.softmax", "simple_ml.two_layer.forward"], ("a", "x"))
    find = code_links.Api.find

    def summary(self, full):
        return full


@pytest.mark.parametrize(
    ("code", "linked"),
    [
        ("from simple_ml import forward\nfrom simple_ml.losses import softmax as s\ns(Z)",
         ["forward", "softmax", "s"]),
        ("ü = 'ü' + softmax(1)", ["softmax"]),
        ("y = 1\nf(softmax)\n", ["softmax"]),
        ("softmaxes(1)", []),
        ("f(softmax=1)", []),
        ("'softmax'", []),
        ("torch.softmax(x)", []),
        ("softmax = lambda h: h\nsoftmax(h)", []),
        ("def softmax(x): ...\nsoftmax(1)", []),
        ("%magic softmax", []),
    ],
)  # fmt: skip
def test_a_name_of_the_package_is_linked_where_it_is_used(code, linked):
    app = SimpleNamespace(builder=SimpleNamespace(get_relative_uri=lambda here, there: there))
    page = SimpleNamespace(app=app, docname="page", soup=BeautifulSoup("", "html.parser"))
    html = highlight(code, get_lexer_by_name("ipython3"), finish_pages.FewMarks())
    block = BeautifulSoup(html, "html.parser").pre
    names = code_links.names_in(code, {"softmax": "simple_ml.losses.softmax"}, Documented())
    code_links.link_block(block, names, page, Documented())
    assert [link.get_text() for link in block.select("a.code-link[href='a#x']")] == linked
    assert block.get_text().strip() == code.strip()


def test_long_code_may_go_on_behind_a_bracket_and_not_inside_of_a_name_or_number():
    code = "result = numpy.random.default_rng(seed).standard_normal(shape) < 1e-12  # (CSV) 4,096"
    html = highlight(code, get_lexer_by_name("python"), finish_pages.FewMarks())
    assert re.findall(r"([\w)]*\W)<wbr/>", html) == ["default_rng(", "seed)", "standard_normal("]
    assert '<span class="no-break">1e-12</span>' in html


@pytest.mark.parametrize("base", ["", "https://example.org/book/"])
def test_a_page_has_a_description_and_a_card_where_its_address_is_known(base, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>One — Book</title></head><body><article><section>"
        f"<p>{'A sentence that describes the page. ' * 9}</p></section></article></body></html>",
        encoding="utf-8",
    )
    config = SimpleNamespace(html_baseurl=base, html_title="Book", project="Book")
    app = SimpleNamespace(config=config, env=SimpleNamespace(found_docs={"page"}))
    page = finish_pages.Page(path, tmp_path, app)
    finish_pages.describe(page)
    meta = {tag.get("name") or tag["property"]: tag["content"] for tag in page.soup.select("meta")}
    assert 50 < len(meta["description"]) <= 162
    card = base and f"{base}_static/card.png"
    assert meta.get("og:image", "") == card
    assert (ROOT / "book" / "_static" / "card.png").is_file()
