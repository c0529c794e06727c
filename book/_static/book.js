// Accessible names and landmarks that the theme leaves wrong. axe-core names the rules.
function repairAccessibleNames() {
  // label-content-name-mismatch: the name of a button must contain the words one sees,
  // so that a person who says "click Search" to the computer is understood.
  for (const element of document.querySelectorAll("button[aria-label], summary[aria-label]")) {
    const text = element.innerText.trim();
    const name = element.getAttribute("aria-label");
    if (text && !name.toLowerCase().includes(text.toLowerCase())) {
      element.removeAttribute("aria-label");
    }
  }
  // The icons of the theme button are titled; the button itself says "Color mode".
  document.querySelectorAll("i.theme-switch[title]").forEach((icon) => icon.removeAttribute("title"));
  document.querySelectorAll("svg.theme-switch").forEach((icon) => {
    icon.querySelectorAll("title").forEach((title) => title.remove());
    icon.removeAttribute("aria-labelledby");
    icon.setAttribute("aria-hidden", "true");
  });
  // region: the logo stands outside every landmark.
  const sidebar = document.getElementById("pst-primary-sidebar");
  if (sidebar) {
    sidebar.setAttribute("role", "region");
    sidebar.setAttribute("aria-label", "Book");
  }
  // aria-deprecated-role, aria-required-children: Sphinx's markup of citations.
  document.querySelectorAll("[role='doc-biblioentry'], .citation-list[role='list']").forEach((node) => {
    node.removeAttribute("role");
  });
}
document.addEventListener("DOMContentLoaded", repairAccessibleNames);
window.addEventListener("load", repairAccessibleNames); // Font Awesome has drawn its icons
