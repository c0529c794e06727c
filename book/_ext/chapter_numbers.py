"""Number each chapter by its file: ``notebooks/04_training`` is chapter 4.

Sphinx counts the chapters that are listed. While a chapter is being written it is not
listed, and every number after it (chapter, section, figure, equation) would be one
too small. This extension replaces the first component of the number by the one in the
file's name; figures and equations take theirs from there.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

CHAPTER = re.compile(r"notebooks/(\d+)_")


def renumber(env) -> list[str]:
    """Put the file's number into every section number of the chapters."""
    changed = []
    for docname, secnumbers in env.toc_secnumbers.items():
        match = CHAPTER.match(docname)
        if not match:
            continue
        chapter = int(match[1])
        for anchor, number in secnumbers.items():
            if number and number[0] != chapter:
                secnumbers[anchor] = (chapter, *number[1:])
                changed.append(docname)
        for reference in env.tocs[docname].findall(nodes.reference):
            if reference.get("secnumber"):
                reference["secnumber"] = [chapter, *reference["secnumber"][1:]]
        title = env.titles[docname]
        if title.get("secnumber"):
            title["secnumber"] = [chapter, *title["secnumber"][1:]]
    return sorted(set(changed))


def use_our_numbers(app) -> None:
    """Swap the method on the class of the collector, which is already connected."""
    original = Collector.assign_section_numbers
    if getattr(original, "numbers_chapters_by_file", False):
        return

    def assign_section_numbers(self, env):
        return original(self, env) + renumber(env)

    assign_section_numbers.numbers_chapters_by_file = True
    Collector.assign_section_numbers = assign_section_numbers


def setup(app):
    app.connect("builder-inited", use_our_numbers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
