// What can only be mended once the theme's scripts have run. The rest is in
// book/_ext/finish_pages.py, which mends the pages themselves.

// label-content-name-mismatch (axe-core): the name of a button must contain the words one
// sees, so that a person who says "click Search" to the computer is understood.
function nameButtonsByTheirText() {
  for (const element of document.querySelectorAll("button[aria-label], summary[aria-label]")) {
    const text = element.innerText.trim();
    const name = element.getAttribute("aria-label");
    if (text && !name.toLowerCase().includes(text.toLowerCase())) {
      element.removeAttribute("aria-label");
    }
  }
}
window.addEventListener("load", nameButtonsByTheirText);

// The excerpts of the search show formulas as words, not as TeX.
function withoutTeX(text) {
  return text
    .replace(/\\\[[\s\S]*?\\\]/g, " … ")
    .replace(/\\\(([\s\S]*?)\\\)/g, (_, tex) => tex
      .replace(/\\(?:operatorname|mathbf|mathrm|text)\s*\{([^}]*)\}/g, "$1")
      .replace(/\\(?:left|right|[bB]igg?[lr]?|[,;!])/g, "")
      .replace(/\\top\b/g, "ᵀ").replace(/\\nabla\b/g, "∇").replace(/\\ell\b/g, "ℓ")
      .replace(/\\([A-Za-z]+)/g, "$1").replace(/[{}]/g, ""));
}
if (typeof Search !== "undefined") {
  const htmlToText = Search.htmlToText;
  Search.htmlToText = (...given) => withoutTeX(htmlToText(...given));
}
