"""What a check has to say: a truth value, names for programs, text and HTML for people."""

import textwrap
from dataclasses import dataclass
from html import escape
from typing import Any

from simple_ml.check.mistakes import READ
from simple_ml.check.programs import tables

NUMBERS = tables("numbers.toml")  # of the equations, by their labels
WIDTH = 88
FIRST = 2  # findings that are told in full on a terminal; of the others, what matters

RIGHT, MEETS, WRONG = "right", "meets the assignment, but", "wrong"

# A theme's own colours for code, captions and tables are made for its page, and some themes give
# the output of a cell another background: what is inherited keeps its contrast.
CODE = '<code style="color: inherit; background: none;">'


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    name: str  # for programs
    sentence: str  # what is wrong
    see: str = ""  # what to read: a key of `simple_ml.check.mistakes.READ`, or empty
    write: str = ""  # how the line should read
    lines: tuple = ()  # the student's own lines, where one is to blame
    beyond: str = ""  # why the assignment allows it; empty where it does not
    shown: Any = None  # the smallest input that shows it, or None

    @property
    def where(self):
        """The chapter and equation to read; empty where none is about it."""
        if not self.see:
            return ""
        page = READ[self.see]
        text = f"chapter {page.chapter}"
        return f"{text}, equation ({NUMBERS[page.label]})" if page.label else text


@dataclass(frozen=True)
class Report:
    """The result of a check; true unless something is wrong.

    Attributes
    ----------
    function : str
        What was checked.
    findings : tuple of Finding
        What is wrong, the first thing first; then what goes wrong beyond the assignment.
    difference : str
        What differs, where no mistake explains it.
    shown : Evidence or None
        The smallest input that shows the difference.
    right : tuple of str
        What is right.
    remarks : tuple of (str, str)
        What is worth knowing and not wrong: it prints, it is slow. Name and sentence.
    follows : str
        The other function that is to blame for all that was found.
    """

    function: str
    findings: tuple = ()
    difference: str = ""
    shown: Any = None
    right: tuple = ()
    remarks: tuple = ()
    follows: str = ""

    @property
    def verdict(self):
        """``"right"``, ``"meets the assignment, but"`` or ``"wrong"``."""
        if self.follows or not (self.findings or self.difference):
            return RIGHT
        if self.difference or any(not finding.beyond for finding in self.findings):
            return WRONG
        return MEETS

    def __bool__(self):
        return self.verdict != WRONG

    @property
    def mistakes(self):
        """The names of all that was found, what is wrong first.

        ``["unknown"]`` where the results differ and no mistake of the table explains it.
        """
        if self.follows:
            return []
        wrong = [finding.name for finding in self.findings if not finding.beyond]
        return wrong + ["unknown"] * bool(self.difference) + self.beyond

    @property
    def beyond(self):
        """The names of what goes wrong beyond the assignment."""
        return [finding.name for finding in self.findings if finding.beyond]

    @property
    def evidence(self):
        """The smallest input that shows the first thing that is wrong."""
        return next((shown for _, shown in self._inputs()), None)

    def _inputs(self):
        """Yield what was found and the smallest input that shows it."""
        yield from ((each.name, each.shown) for each in self.findings if each.shown)
        if self.shown:
            yield "the difference", self.shown

    # ------------------------------------------------------------ for a terminal

    @property
    def headline(self):
        """One line: the verdict and the names."""
        if self.follows:
            return f"{self.function}: right but for {self.follows}, which it calls"
        names = ", ".join(self.mistakes)
        return f"{self.function}: {self.verdict}" + (f": {names}" if names else "")

    def __repr__(self):
        first = self.findings[0].sentence if self.findings else self.difference
        return f"<{self.headline}{'. ' + textwrap.shorten(first, 160) if first else ''}>"

    def __str__(self):
        return self.text()

    def text(self, full=False):
        """Return the report as text of one screen; all of it if `full`.

        Parameters
        ----------
        full : bool, default False
            Whether everything that was found is told in full, each with its smallest input.

        Returns
        -------
        text : str
        """
        out = [self.headline]
        if self.follows:
            return self.headline
        if self.right:
            out += ["", *_wrapped("Right: " + "; ".join(self.right) + ".")]
        for number, finding in enumerate(self.findings):
            brief = not full and number >= FIRST
            shown = full or finding.shown is self.evidence
            out += ["", *_finding_text(finding, brief, pointer=not shown)]
        if self.difference:
            out += ["", *_wrapped(self.difference)]
        for name, shown in [*self._inputs()][: None if full else 1]:
            out += ["", *_evidence_text(name, shown, self.function)]
        for _, sentence in self.remarks:
            out += ["", *_wrapped("Remark: " + sentence)]
        return "\n".join(out)

    # ------------------------------------------------------------ for a notebook

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _repr_html_(self):
        colour = {RIGHT: "#2e8540", MEETS: "#946300", WRONG: "#c2410c"}[self.verdict]
        mark = "✗" if self.verdict == WRONG else "✓"
        out = [
            f'<section aria-label="Check of {escape(self.function)}" style="border-left: 4px solid '
            f'{colour}; padding: 0.1em 1em; margin: 0.5em 0; text-align: left;">',
            f'<p><span aria-hidden="true">{mark}</span> '
            f"<strong>{escape(self.headline)}</strong></p>",
        ]
        if self.right:
            out.append(f"<p>Right: {escape('; '.join(self.right))}.</p>")
        told = self.findings[:FIRST]
        for finding in told:
            out += _finding_html(finding)
        if self.difference:
            out.append(f"<p>{_code(self.difference)}</p>")
        for name, shown in [*self._inputs()][:1]:
            out += _evidence_html(name, shown, self.function)
        for finding in self.findings[len(told) :]:
            out += ["<details>", f"<summary>{escape(finding.name)}</summary>"]
            out += _finding_html(finding)
            if finding.shown:
                out += _evidence_html(finding.name, finding.shown, self.function)
            out.append("</details>")
        out += [f"<p>Remark: {_code(sentence)}</p>" for _, sentence in self.remarks]
        return "\n".join([*out, "</section>"])


# ---------------------------------------------------------------- text


def _wrapped(text, indent=""):
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _finding_text(finding, brief, pointer):
    """Return the lines of a finding; a pointer names its smallest input where it is not shown."""
    lead = f"Beyond the assignment, {finding.name}: " if finding.beyond else ""
    out = _wrapped(lead + finding.sentence)
    out += [f"  {line}" for line in finding.lines]
    if finding.beyond and not brief:
        out += _wrapped(finding.beyond, "  ")
    if finding.write and not brief:
        out += _wrapped(f"Write: {finding.write}", "  ")
    if finding.where:
        out += _wrapped(f"Read: {finding.where}", "  ")
    if pointer and finding.beyond and finding.shown:
        out += _wrapped(f"Smallest input: {finding.shown.about}", "  ")
    return out


def _evidence_text(name, evidence, function):
    yield from _wrapped(f"The smallest input that shows {name} ({evidence.about}):")
    for line in (*evidence.setup, f"{function}({evidence.arguments})"):
        yield from textwrap.wrap(
            line, WIDTH, initial_indent="  ", subsequent_indent="      ", break_long_words=False
        )
    if evidence.happened:
        yield f"  {evidence.happened}"
        yield from (f"    {line}" for line in evidence.lines)
    if evidence.rows:
        table = [("", "expected", "found"), *evidence.rows]
        widths = [max(len(row[column]) for row in table) for column in range(3)]
        for entry, expected, found in table:
            yield f"  {entry:<{widths[0]}}  {expected:>{widths[1]}}  {found:>{widths[2]}}"


# ---------------------------------------------------------------- HTML


def _finding_html(finding):
    lead = f"Beyond the assignment, `{finding.name}`: " if finding.beyond else ""
    yield f"<p>{_code(lead + finding.sentence)}</p>"
    if finding.lines:
        yield _pre("\n".join(map(str, finding.lines)), "Your lines")
    if finding.beyond:
        yield f"<p>{escape(finding.beyond)}</p>"
    if finding.write:
        yield f"<p>Write: {CODE}{escape(finding.write)}</code></p>"
    if finding.where:
        yield f"<p>Read: {escape(finding.where)}</p>"


def _evidence_html(name, evidence, function):
    yield f"<p>The smallest input that shows {escape(name)} ({escape(evidence.about)}):</p>"
    code = "\n".join((*evidence.setup, f"{function}({evidence.arguments})"))
    yield _pre(code, "The smallest input")
    if evidence.happened:
        yield f"<p>It {_code(evidence.happened)}</p>"
        if evidence.lines:
            yield _pre("\n".join(map(str, evidence.lines)), "Your lines")
    if evidence.rows:
        cell = 'style="text-align: right; padding: 0.1em 0.8em; white-space: nowrap;"'
        yield '<table style="margin: 0; width: auto; color: inherit;">'
        yield '<caption style="text-align: left; color: inherit;">Expected and found</caption>'
        titles = ("entry", "expected", "found")
        head = "".join(f'<th scope="col" {cell}>{title}</th>' for title in titles)
        yield f"<thead><tr>{head}</tr></thead><tbody>"
        for entry, expected, found in evidence.rows:
            yield (
                f'<tr><th scope="row" {cell}>{CODE}{escape(entry)}</code></th>'
                f"<td {cell}>{escape(expected)}</td><td {cell}>{escape(found)}</td></tr>"
            )
        yield "</tbody></table>"


def _pre(text, label):
    # It may be scrolled sideways, so the keyboard must be able to reach it.
    return (
        f'<pre tabindex="0" role="region" aria-label="{escape(label)}" '
        f'style="overflow-x: auto;"><code>{escape(text)}</code></pre>'
    )


def _code(text):
    """Return text as HTML, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"{CODE}{part}</code>" if i % 2 else part for i, part in enumerate(parts))
