"""The search answers: what people type has its answer as the first hit, in the page and without.

The ranking needs no browser: it runs in V8, as it is published. What a reader sees and hears of it
is tested in the browser.
"""

import json
import re

import pytest
import search_records
from browsing import SITE
from checks import THEMES, Page, accessibility, results
from py_mini_racer import MiniRacer

PAGE = "book/bibliography.html"  # a small one
FOLDER = SITE / "_static" / "search"


@pytest.fixture(scope="module")
def engine(pages):
    assert pages
    engine = MiniRacer()
    engine.eval("var self = globalThis")
    for name in ("minisearch.js", "ranking.js", "records.js"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        engine.eval(text.replace("const bookSearch", "var bookSearch"))
    engine.eval("var call = (name, ...rest) => JSON.stringify(bookSearch[name](...rest))")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def find(engine):
    return lambda query: json.loads(engine.call("call", "find", query))


@pytest.fixture(scope="module")
def words(engine):
    return lambda *text: json.loads(engine.call("call", "words", *text))


@pytest.fixture(scope="module")
def records(pages):
    assert pages
    text = (FOLDER / "records.js").read_text(encoding="utf-8")
    fields = ("kind", "title", "place", "url", "lead", "text")
    rows = json.loads(text.removeprefix("bookSearch.records(").removesuffix(");\n"))
    return [dict(zip(fields, row, strict=True)) for row in rows]


# ---------------------------------------------------------------- what people type

WRONG = "when_training_goes_wrong.html#"
ANSWERS = {
    "softmax overflow": "01_softmax_loss.html#when-exp-overflows",
    "learning rate too high": WRONG + "learning-rate-too-high",
    "loss stays at 2.30": WRONG + "the-loss-stays-at-2-30",
    "bias gradient": "02_two_layer_gradients.html#biases",
    "why divide W1 by sqrt hidden_dim": "05_initialization.html",
    "what is G1": "notation.html#symbol-g1",
    "relu at zero": "02_two_layer_gradients.html#the-slope-of-the-relu-at-exactly-zero",
    "relu derivative at zero": "02_two_layer_gradients.html#the-slope-of-the-relu-at-exactly-zero",
    "accuracy stuck at 10 percent": WRONG + "the-loss-stays-at-2-30",
    "why zero weights fail": "04_training.html#what-if-all-weights-start-equal-or-at-zero",
    "kaiming": "glossary.html#term-He-initialisation",
    "xavier": "glossary.html#term-Glorot-initialisation",
    "gradient check eps": "glossary.html#term-central-difference",
    "what is m in 1/m": "01_softmax_loss.html#a-batch-and-where-the-1-m-goes",
    "loss is nan": WRONG + "the-loss-is-nan",
    "gradient check": "glossary.html#term-central-difference",
    "mu p width": "glossary.html#term-P",
    "parse_mnist": "api.html#simple_ml.datasets.parse_mnist",
    "how to choose learning rate": "04_training.html#how-do-you-choose-a-learning-rate",
    "is the loss convex": "02_two_layer_gradients.html#the-loss-is-not-convex",
    "transpose": "02_two_layer_gradients.html#what-a-gradient-of-a-matrix-is",
    "relu derivative": "glossary.html#term-mask",
    "log sum exp": "glossary.html#term-log-sum-exp",
    "one hot": "glossary.html#term-one-hot",
    "he initialization": "glossary.html#term-He-initialisation",
    "nan loss": WRONG + "the-loss-is-nan",
    "batch size": "glossary.html#term-batch",
    "why divide by m": "01_softmax_loss.html#a-batch-and-where-the-1-m-goes",
    "gradient of softmax": "01_softmax_loss.html",
}


@pytest.mark.parametrize("query", ANSWERS)
def test_the_first_hit_answers(query, find):
    first = find(query)[0]
    assert ANSWERS[query] in first["url"], first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("initialization", "initialisation"),
        ("one hot", "one-hot"),
        ("lr", "learning rate"),
        ("Kaiming", "He"),
        ("Xavier", "Glorot"),
        ("backprop", "back-propagation"),
        ("hidden units", "hidden_dim"),
        ("fan in", "fan-in"),
        ("numerically stable softmax", "softmax overflow"),
        ("scaled weights", "scaling the weight"),
        ("W_1", "W₁"),
    ],
)
def test_two_spellings_find_the_same(one, other, find):
    def urls(query):
        return [hit["url"] for hit in find(query)[:3]]

    assert urls(one) == urls(other) != []


def test_numbers_are_words(words, find):
    assert words("(2.17), 2.30") == ["(2.17)", "2.17", "2.30"]
    for query in ("(2.17)", "2.17", "equation 2.17"):
        assert find(query)[0]["title"] == "Equation (2.17)"
    assert all("2.30" in hit["title"] + hit["lead"] + hit["text"] for hit in find("2.30")[:3])


@pytest.mark.parametrize(
    ("query", "title"), [("overfl", "overflow"), ("cross-entrpy", "cross-entropy")]
)
def test_a_word_that_is_half_typed_or_mistyped_finds(query, title, find):
    assert find(query)[0]["title"] == title


@pytest.mark.parametrize("query", ["", "  ", "?!", "qwertzuiop"])
def test_a_question_without_an_answer_finds_nothing(query, find):
    assert find(query) == []


# ---------------------------------------------------------------- what can be found


def test_each_section_equation_figure_exercise_and_term_is_a_hit(records, pages):
    known = {record["url"] for record in records}
    wanted = r'<(?:section|figure|dt|div class="(?:math|exercise)[^"]*")[^>]* id="([^"]+)"'
    missing = []
    for name in pages:
        if name.startswith(("notebooks/", "book/")):
            text = pages[name].text.partition("<article")[2].partition("</article>")[0]
            first, *ids = [i for i in re.findall(wanted, text) if not i.endswith("-content")]
            missing += [f"{name}#{i}" for i in ids if f"{name}#{i}" not in known]
            assert name in known, first
    assert missing == []
    assert len(known) == len(records)


def test_each_hit_has_a_name_a_first_sentence_and_a_place_to_go_to(records, pages):
    for record in records:
        page, _, anchor = record["url"].partition("#")
        assert not anchor or anchor in pages[page].ids, record
        assert record["title"], record
        assert record["lead"] or record["kind"] in {"section", "function"}, record
        assert len(record["lead"]) < 240


def test_code_buttons_and_tex_are_not_what_is_found(records):
    everything = " ".join(record["lead"] + " " + record["text"] for record in records)
    for unwanted in ("import numpy", "see the check", "Show code", "plt.show", r"\frac", r"\nabla"):
        assert unwanted not in everything
    assert "hidden_dim" in everything


@pytest.mark.parametrize(
    ("mathml", "text"),
    [
        ("<msub><mi>W</mi><mn>1</mn></msub>", "W1"),
        ("<mi>X</mi><msub><mi>W</mi><mn>1</mn></msub>", "X W1"),
        ("<mfrac><mn>1</mn><msqrt><mi>d</mi></msqrt></mfrac>", "1/√d"),
        ("<mi>G</mi><mo>=</mo><mi>S</mi><mo>−</mo><mi>I</mi>", "G = S − I"),
        ("<mi>log</mi><mo>\u2061</mo><mi>k</mi>", "log k"),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x²"),
    ],
)
def test_a_formula_is_read_as_one_writes_it(mathml, text):
    assert search_records.formula_in_words(f"<math>{mathml}</math>") == text


def test_a_sentence_that_says_little_has_the_next_beside_it():
    text = "Is it? It is, and for a reason that fills the line. More follows."
    assert search_records.first_sentence(text) == text.removesuffix(" More follows.")
    number = "A number such as 2.30 is not where a sentence ends."
    assert search_records.first_sentence(f"{number} More follows.") == number


# ---------------------------------------------------------------- in the page, and in reports


@pytest.fixture
def searching(tab, address):
    """Open the search on a page and return the page and the field."""

    def go(width=390):
        page = tab.open(f"{address}/{PAGE}", width=width)
        assert [url for url in tab.asked if "/search/" in url] == []
        page.locator("button.search-button__button:visible").first.click()
        return page, page.locator("#pst-search-dialog input")

    return go


HITS = "#pst-search-dialog [role=option]"


@pytest.mark.parametrize("width", [390, 1440])
def test_hits_come_while_one_types_and_the_keyboard_goes_there(width, searching, tab):
    page, field = searching(width)
    field.type("softmax overflow")
    page.wait_for_selector(HITS)
    assert 1 < page.locator(HITS).count() <= 6
    assert "Enter" in page.locator("#pst-search-dialog [role=status]").inner_text()
    field.press("ArrowDown")
    chosen = page.locator(f"{HITS}[aria-selected=true]")
    assert chosen.get_attribute("id") == field.get_attribute("aria-activedescendant")
    field.press("Enter")
    page.wait_for_function("location.hash === '#when-exp-overflows'")
    assert tab.wrong == []


def test_escape_closes_the_search(searching):
    page, field = searching()
    field.type("mask")
    page.wait_for_selector(HITS)
    field.press("Escape")
    page.wait_for_function("!document.querySelector('#pst-search-dialog[open]')")


def test_enter_alone_leads_to_all_hits(searching):
    page, field = searching()
    field.fill("mask")
    field.press("Enter")
    page.wait_for_url("**/search.html?q=mask")
    assert results(page)


def test_the_list_of_hits_is_accessible(searching):
    page, field = searching()
    field.type("mask")
    page.wait_for_selector(HITS)
    field.press("ArrowDown")
    for theme in THEMES:
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert accessibility(page) == []


def test_the_page_of_hits_follows_what_is_typed_and_is_accessible(tab, address):
    page = tab.open(f"{address}/search.html?q=hidden_dim", width=390)
    before = results(page)
    page.locator(".bd-search-container input").fill("fan-out")
    page.wait_for_function(
        "document.querySelector('.search-summary').innerText.includes('fan-out')"
    )
    assert results(page) != before
    assert accessibility(page) + tab.wrong == []


def test_the_search_works_from_files(pages, tab):
    assert pages
    page = tab.open(f"{SITE.as_uri()}/search.html?q=hidden_dim")
    assert results(page)
    page.locator("ol.search a").first.click()
    page.wait_for_function(
        "location.protocol === 'file:' && !location.pathname.includes('search.html')"
    )


def test_without_javascript_the_page_says_what_to_use(pages):
    noscript = re.search("<noscript>\n?<p>.*?</noscript>", pages["search.html"].text, re.DOTALL)
    links = Page(noscript[0]).links
    assert {"book/glossary.html", "book/equations.html"} <= set(links)


def test_a_report_leads_to_what_it_tells_one_to_read(pages):
    text = pages["notebooks/check_your_homework.html"].text
    told = re.findall(r"Read: (?:<a [^>]*href=\"([^\"]+)\">)?([^<]+)", text)
    assert len(told) > 2
    for address, words in told:
        page, _, anchor = address.partition("#")
        number = re.search(r"\(([\d.]+)\)", words)
        assert f"notebooks/{page}" in pages, words
        if number:
            shown = pages[f"notebooks/{page}"].text
            place = shown.index(f'id="{anchor}"')
            assert f"({number[1]})" in shown[place : place + 400]
