/* The field that shows hits while one types, and the page that shows all of them.

   A combobox with a list, as the ARIA Authoring Practices have it: the focus stays in the field,
   the arrows choose, Enter goes there; Enter without a choice goes to the page of all hits. */
"use strict";

bookSearch.serve = (() => {
  const AT_ONCE = 6, PATIENCE = 120;
  const root = document.documentElement.dataset.content_root ?? "./";
  const KIND = { page: "Page", section: "Section", term: "Glossary", symbol: "Notation",
    figure: "Figure", table: "Table", equation: "Equation", exercise: "Exercise",
    function: "Function", check: "Function", module: "Package", mistake: "Mistake", source: "Source" };

  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  /** Return a text in which the words that were found are marked. */
  function marked(text, terms) {
    const found = new Set(terms);
    const parts = text.split(/([\p{L}\p{N}_]+|%)/u);
    return parts.map(part => (/..|%/u.test(part) && bookSearch.words(part).some(word => found.has(word))
      ? element("mark", {}, part) : part));
  }

  const where = hit => [...new Set([KIND[hit.kind], hit.place])].filter(Boolean).join(" · ");
  const lines = hit => [
    element("span", { className: "search-title" }, ...marked(hit.title, hit.terms)),
    element("span", { className: "search-place" }, where(hit)),
    element("span", { className: "search-lead" }, ...marked(hit.lead, hit.terms)),
  ];

  // ------------------------------------------------------------ while one types

  const known = new WeakSet();

  /** Let a field show its first hits while one types. */
  function suggest(input) {
    const id = `search-hits-${document.querySelectorAll(".search-hits").length}`;
    const list = element("ul", { id, className: "search-hits", hidden: true });
    const said = element("p", { className: "search-said" });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "First hits");
    said.setAttribute("role", "status");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false",
      "aria-controls": id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
    input.form.after(list, said);
    let chosen = -1, timer = null;

    const options = () => [...list.children];
    function choose(index) {
      options()[chosen]?.setAttribute("aria-selected", "false");
      chosen = index;
      const option = options()[chosen];
      option?.setAttribute("aria-selected", "true");
      option?.scrollIntoView({ block: "nearest" });
      if (option) input.setAttribute("aria-activedescendant", option.id);
      else input.removeAttribute("aria-activedescendant");
    }
    function open(isOpen) {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) choose(-1);
    }
    const follow = option => { location.href = root + option.dataset.url; };

    function show() {
      timer = null;
      const query = input.value.trim();
      const hits = bookSearch.find(query);
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      list.replaceChildren(...hits.slice(0, AT_ONCE).map((hit, position) => {
        const option = element("li", { id: `${id}-${position}` }, ...lines(hit));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = hit.url;
        option.addEventListener("click", () => follow(option));
        return option;
      }));
      open(hits.length > 0);
      said.textContent = !query ? "" : hits.length > AT_ONCE
        ? `${AT_ONCE} of ${hits.length} hits; Enter shows all.`
        : hits.length ? `${hits.length} ${hits.length === 1 ? "hit" : "hits"}.`
          : "No hit. Are there other words for it?";
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, PATIENCE);
    });
    input.addEventListener("keydown", event => {
      if (timer && /^Arrow(Down|Up)$/.test(event.key)) { // choose among what the words say now
        clearTimeout(timer);
        show();
      }
      const count = options().length;
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
        event.preventDefault();
        open(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = chosen + step;
        choose(next < -1 ? count - 1 : next === count ? -1 : next);
      } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
        event.preventDefault();
        follow(options()[chosen]);
      }
    });
    if (input.value.trim()) show();
  }

  // ------------------------------------------------------------ all hits

  function showAll(results, query) {
    const hits = bookSearch.find(query);
    const count = hits.length === 50 ? "The best 50 hits" : hits.length === 1 ? "One hit" : `${hits.length} hits`;
    const summary = element("p", { className: "search-summary" },
      !query ? "" : hits.length ? `${count} for “${query}”.`
        : `Nothing was found for “${query}”. Are there other words for it?`);
    summary.setAttribute("role", "status");
    results.replaceChildren(summary, element("ol", { className: "search" }, ...hits.map(hit => element("li", {},
      element("a", { href: root + hit.url }, ...marked(hit.title, hit.terms)),
      element("span", { className: "search-place" }, where(hit)),
      element("p", { className: "context" }, ...marked(hit.lead, hit.terms))))));
  }

  /** Serve a field: the page's own shows all hits below it, any other the first ones. */
  return input => {
    if (known.has(input)) return;
    known.add(input);
    const results = document.getElementById("search-results");
    if (!results || input.closest("dialog")) return suggest(input);
    let timer;
    input.value ||= new URLSearchParams(location.search).get("q") ?? "";
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => showAll(results, input.value.trim()), PATIENCE);
    });
    showAll(results, input.value.trim());
  };
})();
