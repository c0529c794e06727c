"""Let the reports of ``simple_ml.check`` on a page lead to what they tell one to read.

"Read: chapter 2, equation (2.17)" is what the package writes, wherever it runs. On the site the
words become a link to the equation, or to the chapter where it names no equation.
"""

import re
from functools import lru_cache

from bs4 import NavigableString

PLACE = re.compile(r"chapter (\d+)(?:, equation \((\d+\.\d+)\))?")


@lru_cache(maxsize=1)
def places(env) -> dict[str, tuple[str, str]]:
    """Map "2" to chapter 2 and "2.17" to its equation: the page, and the place in it."""
    found = {}
    for docname in env.found_docs:
        if number := re.match(r"notebooks/(\d+)_", docname):
            found[str(int(number[1]))] = (docname, "")
    for docname, kinds in env.toc_fignumbers.items():
        for anchor, number in kinds.get("displaymath", {}).items():
            found[".".join(map(str, number))] = (docname, anchor)
    return found


def link_reports(page) -> None:
    """Link the places that the outputs of cells name after "Read:"."""
    outputs = page.soup.select(".cell_output")
    for text in [text for output in outputs for text in output.find_all(string=PLACE)]:
        if "Read: " not in text:
            continue
        pieces, end = [], 0
        for name in PLACE.finditer(text):
            docname, anchor = places(page.app.env).get(name[2] or name[1], ("", ""))
            if not docname:
                continue
            address = page.app.builder.get_relative_uri(page.docname, docname)
            link = page.soup.new_tag("a", href=f"{address}#{anchor}" if anchor else address)
            link["class"], link.string = "reference internal", name[0]
            pieces += [NavigableString(text[end : name.start()]), link]
            end = name.end()
        text.replace_with(*pieces, NavigableString(text[end:]))
