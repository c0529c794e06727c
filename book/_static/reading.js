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
