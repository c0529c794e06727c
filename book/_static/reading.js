// One switch opens all folded code, here and, since it is remembered, on the next page.
function showAllCode(button, all = button.ariaPressed !== "true") {
  localStorage.setItem("code", all ? "open" : "");
  button.ariaPressed = all;
  for (const fold of document.querySelectorAll("details.code-fold")) fold.open = all;
}
const codeSwitch = document.querySelector(".btn-show-code");
if (codeSwitch) {
  codeSwitch.ariaPressed = "false";
  if (localStorage.getItem("code")) showAllCode(codeSwitch, true);
}

// A link into a fold opens it. Browsers are about to do that themselves.
function openAround() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest("details:not([open])");
  if (fold) {
    fold.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", openAround);
openAround();

// On a phone the contents lie over the text: a choice closes them.
for (const drawer of document.querySelectorAll("dialog[id$=sidebar-modal]")) {
  drawer.addEventListener("click", (event) => event.target.closest("a[href]") && drawer.close());
}

// In a long list of contents the section that one reads stays in view.
const contents = document.getElementById("pst-page-toc-nav");
if (contents) {
  new MutationObserver(() => {
    const here = contents.querySelector("[aria-current]");
    const frame = here?.closest(".bd-sidebar-secondary");
    if (!frame) return;
    const [line, view] = [here, frame].map((node) => node.getBoundingClientRect());
    if (line.top < view.top || line.bottom > Math.min(view.bottom, innerHeight)) {
      frame.scrollTop += line.top - view.top - view.height / 3;
    }
  }).observe(contents, { subtree: true, attributeFilter: ["aria-current"] });
}

// The theme marks the section whose heading it sees pass; a jump or a long step passes one by.
const marks = contents ? [...contents.querySelectorAll("a[href^='#']")] : [];
addEventListener("scrollend", () => {
  const top = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))
    ?.getBoundingClientRect().top;
  const current = marks.find((link) => link.ariaCurrent);
  if (current && top(current) > 0 && top(current) < innerHeight) return; // chosen, or in view
  const here = marks.findLast((link) => top(link) < innerHeight * 0.3);
  for (const link of marks) {
    const isHere = link === here;
    link.classList.toggle("active", isHere);
    link.ariaCurrent = isHere ? "true" : null;
    link.closest(".toc-entry")?.classList.toggle("active", link.closest(".toc-entry").contains(here));
  }
});

// A page that is printed lays out all of its formulas at once, and waits for no font.
addEventListener("load", () => setTimeout(() => {
  if (document.querySelector("mjx-container")) document.fonts.forEach((font) => font.load());
}, 1000));

// Paper is white.
const root = document.documentElement;
addEventListener("beforeprint", () => {
  const { theme } = root.dataset;
  root.dataset.theme = "light";
  addEventListener("afterprint", () => { root.dataset.theme = theme; }, { once: true });
});
