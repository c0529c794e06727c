// Load MathJax once the text is on the screen, and let it typeset first the formulas that one
// sees, then the others by the dozen. By itself it would hold up the first paint and then take all
// formulas at once, and block a long chapter for a second or more on a phone.
window.MathJax = window.MathJax || {};
const SLICE = 10; // milliseconds of work at a time: a slow phone takes four times as long
MathJax.chtml = { ...MathJax.chtml, adaptiveCSS: false }; // else each piece changes the styles of all
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
    for (let count = 8; rest.length && !all; ) {
      await breath();
      const begin = performance.now();
      MathJax.typeset(rest.splice(0, count));
      const took = performance.now() - begin;
      count = Math.max(1, Math.min(60, 2 * count, Math.round((count * SLICE) / took)));
    }
    document.documentElement.dataset.maths = "done";
  },
};

const mathjax = new URL("mathjax/tex-chtml.js", document.currentScript.src).href;
// MathJax asks for its fonts once it has typeset; the text would jump when they come.
function fetchFont(name) {
  const link = document.createElement("link");
  const href = new URL(`output/chtml/fonts/woff-v2/MathJax_${name}.woff`, mathjax).href;
  document.head.append(Object.assign(link, { rel: "preload", as: "font", crossOrigin: "", href }));
}
const whenPainted = (callback) => requestAnimationFrame(() => setTimeout(callback, 0));
let asked = false;
function loadMathJax() {
  if (asked) return;
  asked = true;
  if (location.protocol !== "file:") ["Zero", "Math-Italic", "Main-Regular"].forEach(fetchFont);
  const script = document.createElement("script");
  script.src = mathjax;
  document.head.append(script);
}
whenPainted(loadMathJax);
setTimeout(loadMathJax, 500); // a page in the background is not painted
