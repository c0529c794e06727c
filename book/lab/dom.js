// element("p", { class: "x", onclick: f }, "text", child)
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)} %`;

// Gives the focus to an element as soon as it shows: a page that is opened at a place is hidden
// until its letters are there (layout.html), and what is hidden takes no focus.
export function focusOn(node) {
  const { classList } = document.documentElement;
  const focus = () => node.focus({ preventScroll: true });
  focus();
  if (!classList.contains("waiting")) return;
  new MutationObserver((_, observer) => {
    if (classList.contains("waiting")) return;
    observer.disconnect();
    if (document.activeElement === document.body) focus();
  }).observe(document.documentElement, { attributeFilter: ["class"] });
}
