/* The way to the search: a page loads what looks things up (book/search/) when its reader goes to
   a search field, and not before. Scripts are loaded as <script>s, which works from files, too. */
(() => {
  const folder = document.currentScript.src.replace(/search\.js.*$/, "search/");
  const field = "form.bd-search input[name=q]";
  const load = name => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: folder + name, onload: done, onerror: failed });
    document.head.append(script);
  });
  let ready;
  const start = input => {
    ready ??= load("minisearch.js").then(() => load("ranking.js")).then(() => load("records.js"))
      .then(() => load("field.js")).then(() => bookSearch.prepare());
    ready.then(() => bookSearch.serve(input));
  };
  document.addEventListener("focusin", event => event.target.matches(field) && start(event.target));
  if (document.activeElement?.matches(field)) start(document.activeElement);
  const results = document.getElementById("search-results");
  if (results) start(results.parentElement.querySelector(field));
})();
