"""What a check has to say: a truth value, names for programs, text and HTML for people."""

import textwrap
from dataclasses import dataclass, replace
from html import escape
from typing import NamedTuple

from simple_ml.check.mistakes import READ

WIDTH = 88
# A theme's own colours for code, captions and tables are made for its page, and some themes give
# the output of a cell another background: what is inherited keeps its contrast.
CODE = '<code style="color: inherit; background: none;">'


class Finding(NamedTuple):
    """One thing that is wrong."""

    name: str
    sentence: str
    see: str
    write: str
    lines: tuple

    def led_by(self, lead):
        """Return the finding with words put before its sentence."""
        return self._replace(sentence=lead + self.sentence)

    @property
    def where(self):
        """The chapter and equation to read; empty where none is about it."""
        if not self.see:
            return ""
        notebook, section, _, number = READ[self.see]
        text = f"chapter {int(notebook[:2])}"
        if section:
            text += f", “{plain(section)}”"
        return f"{text}, equation ({number})" if number else text


def plain(title):
    """Return a title without the marks of its formulas."""
    for mark, text in (("^\\top", "ᵀ"), ("_1", "1"), ("_2", "2"), ("$", "")):
        title = title.replace(mark, text)
    return title


class Evidence(NamedTuple):
    """The smallest input that shows it."""

    about: str
    setup: tuple
    arguments: str
    rows: tuple  # (entry, expected, found)
    happened: str
    lines: tuple


@dataclass(frozen=True)
class Report:
    """The result of a check; true if nothing is wrong.

    Attributes
    ----------
    function : str
        What was checked.
    ok : bool
        Whether nothing is wrong. Remarks do not count.
    mistakes : list of str
        The names of what is wrong, for programs. ``["unknown"]`` where the results differ and no
        mistake of the table explains it.
    right : tuple of str
        What is right.
    findings : tuple of Finding
        What is wrong, the first thing first.
    difference : str
        What differs, where no mistake explains it.
    evidence : Evidence or None
        The smallest input that shows it.
    remarks : tuple of (str, str)
        What is worth knowing and not wrong: it prints, it is slow. Name and sentence.
    """

    function: str
    right: tuple
    findings: tuple
    ok: bool
    evidence: Evidence | None
    difference: str
    remarks: tuple

    @property
    def mistakes(self):
        """The names of what is wrong; see the class."""
        names = [finding.name for finding in self.findings]
        return names + ["unknown"] * (not self.ok and (not names or bool(self.difference)))

    def __bool__(self):
        return self.ok

    def with_remarks(self, remarks):
        """Return the report with more remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))

    def with_difference(self, text):
        """Return the report with more said about what differs."""
        return replace(self, difference=f"{self.difference} {text}".strip())

    # ------------------------------------------------------------ for a terminal

    @property
    def verdict(self):
        """One line: the verdict."""
        if self.ok:
            return f"{self.function}: right"
        return f"{self.function}: {', '.join(self.mistakes)}"

    def __repr__(self):
        first = self.findings[0].sentence if self.findings else self.difference
        return f"<{self.verdict}{'. ' + textwrap.shorten(first, 160) if first else ''}>"

    def __str__(self):
        out = [self.verdict]
        if self.right:
            out += ["", *_wrapped("Right: " + "; ".join(self.right) + ".")]
        for finding in self.findings:
            out += ["", *_wrapped(finding.sentence), *(f"  {line}" for line in finding.lines)]
            if finding.write:
                out += _wrapped(f"Write: {finding.write}", "  ")
            if finding.where:
                out += _wrapped(f"Read: {finding.where}", "  ")
        if self.difference:
            out += ["", *_wrapped(self.difference)]
        if self.evidence:
            out += ["", *_evidence_text(self.evidence, self.function)]
        for _, sentence in self.remarks:
            out += ["", *_wrapped("Remark: " + sentence)]
        return "\n".join(out)

    # ------------------------------------------------------------ for a notebook

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def _repr_html_(self):
        colour = "#2e8540" if self.ok else "#c2410c"
        mark = "✓" if self.ok else "✗"
        out = [
            f'<section aria-label="Check of {escape(self.function)}" style="border-left: 4px solid '
            f'{colour}; padding: 0.1em 1em; margin: 0.5em 0; text-align: left;">',
            f'<p><span aria-hidden="true">{mark}</span> '
            f"<strong>{escape(self.verdict)}</strong></p>",
        ]
        if self.right:
            out.append(f"<p>Right: {escape('; '.join(self.right))}.</p>")
        for finding in self.findings:
            out.append(f"<p>{_code(finding.sentence)}</p>")
            if finding.lines:
                out.append(_pre("\n".join(map(str, finding.lines)), "Your lines"))
            if finding.write:
                out.append(f"<p>Write: {CODE}{escape(finding.write)}</code></p>")
            if finding.where:
                out.append(f"<p>Read: {escape(finding.where)}</p>")
        if self.difference:
            out.append(f"<p>{_code(self.difference)}</p>")
        if self.evidence:
            out += _evidence_html(self.evidence, self.function)
        out += [f"<p>Remark: {_code(sentence)}</p>" for _, sentence in self.remarks]
        return "\n".join([*out, "</section>"])


def _wrapped(text, indent=""):
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _evidence_text(evidence, function):
    yield from _wrapped(f"The smallest input that shows it ({evidence.about}):")
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


def _evidence_html(evidence, function):
    yield f"<p>The smallest input that shows it ({escape(evidence.about)}):</p>"
    code = "\n".join((*evidence.setup, f"{function}({evidence.arguments})"))
    yield _pre(code, "The smallest input that shows it")
    if evidence.happened:
        yield f"<p>It {_code(evidence.happened)}</p>"
        if evidence.lines:
            yield _pre("\n".join(map(str, evidence.lines)), "Your lines")
    if evidence.rows:
        cell = 'style="text-align: right; padding: 0.1em 0.8em; white-space: nowrap;"'
        yield '<table style="margin: 0; width: auto; color: inherit;">'
        yield '<caption style="text-align: left; color: inherit;">Expected and found</caption>'
        yield (
            "<thead><tr>"
            + "".join(
                f'<th scope="col" {cell}>{title}</th>' for title in ("entry", "expected", "found")
            )
            + "</tr></thead><tbody>"
        )
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
