// Load MathJax once the text is on the screen, and let it typeset first the formulas that one
// sees, then the others by the dozen. By itself it would hold up the first paint and then take all
// formulas at once, and block a long chapter for a second or more on a phone.
window.MathJax = window.MathJax || {};
MathJax.startup = {
  typeset: false,
  pageReady: async () => {
    const top = (node) => node.getBoundingClientRect().top;
    const onScreen = (node) => top(node) > -200 && top(node) < window.innerHeight + 400;
    const formulas = [...document.querySelectorAll("span.math, div.math")];
    const first = formulas.filter(onScreen);
    const rest = formulas.filter((node) => !first.includes(node));
    const breath = () => new Promise((resolve) => setTimeout(resolve, 0));
    let all = false; // paper waits for nothing
    window.addEventListener("beforeprint", () => {
      all = true;
      MathJax.typeset(rest.splice(0));
    });
    if (first.length) MathJax.typeset(first);
    while (rest.length && !all) {
      await breath();
      MathJax.typeset(rest.splice(0, 60)); // fewer at a time cost more in all: the styles change
    }
    document.documentElement.dataset.maths = "done";
  },
};

const mathjax = new URL("mathjax/tex-chtml.js", document.currentScript.src).href;
const whenPainted = (callback) => requestAnimationFrame(() => setTimeout(callback, 0));
let asked = false;
function loadMathJax() {
  if (asked) return;
  asked = true;
  const script = document.createElement("script");
  script.src = mathjax;
  document.head.append(script);
}
whenPainted(loadMathJax);
setTimeout(loadMathJax, 500); // a page in the background is not painted
