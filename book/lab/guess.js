// The frame of a figure that is tried: a question with a guess, then one control, a picture, and
// one sentence of verdict.

import { node } from "./chart.js";
import { element } from "./dom.js";

export const WIDTH = 360; // of a picture, in its own units: text of 13 is legible on a phone

export function drawing(height, summary, ...parts) {
  const svg = node("svg", { class: "try-svg", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": summary });
  svg.append(...parts);
  return svg;
}

export const text = (x, y, words, attributes = {}) => node("text", { x, y, ...attributes }, words);
export const line = (x1, y1, x2, y2, name) => node("line", { x1, y1, x2, y2, class: name });

// Puts a program into the place of the picture of a figure.
export function takePlace(figure, app) {
  for (const image of figure.querySelectorAll("img.only-light")) image.loading = "eager"; // for print
  figure.classList.add("try-live");
  figure.append(app, ...figure.querySelectorAll(":scope > p:has(.try-lab)")); // the way on comes last
}

// question, guess (the label of its field), control (a slider's label), notches: [least, most,
// start], value(notch), said(value): text of the slider. prepare() may load something and is waited
// for; picture(value, shown) returns an SVG, verdict(value) a sentence, truth(value) what the guess
// is compared with, link(value) the laboratory's settings.
export function guessFirst(figure, parts) {
  const { question, guess, control, notches: [least, most, first], value, said, prepare, picture, verdict, truth, link } = parts;
  const id = figure.id;
  const field = element("input", { id: `${id}-guess`, type: "text", inputmode: "decimal", autocomplete: "off" });
  const show = element("button", { type: "submit" }, "Show me");
  const slider = element("input", { type: "range", id: `${id}-slider`, min: least, max: most, value: first, step: 1, disabled: true });
  const now = element("output", { for: slider.id });
  const place = element("div", { class: "try-place" });
  const sentence = element("p", { class: "try-verdict", role: "status" });
  const lab = figure.querySelector("a.try-lab");
  let shown = false;

  const draw = () => {
    const x = value(Number(slider.value));
    now.textContent = said(x);
    slider.setAttribute("aria-valuetext", said(x));
    place.replaceChildren(picture(x, shown));
    if (!shown) return;
    sentence.textContent = verdict(x);
    if (lab) lab.href = `${lab.href.split("#")[0]}#${link(x)}`;
  };

  const reveal = async (event) => {
    event.preventDefault();
    show.disabled = true;
    sentence.textContent = "Computing …";
    try {
      await prepare?.();
    } catch (error) {
      sentence.textContent = `This cannot be computed: ${error.message}.`;
      show.disabled = false;
      return;
    }
    shown = true;
    slider.disabled = false;
    draw();
    const number = Number(field.value.trim().replace(",", "."));
    const yours = field.value.trim() && Number.isFinite(number) ? `Your guess was ${number}; it is ${truth(value(first))}. ` : "";
    sentence.textContent = yours + sentence.textContent;
    slider.focus({ preventScroll: true });
    show.hidden = true;
  };

  slider.addEventListener("input", draw);
  takePlace(figure, element("div", { class: "try-app", role: "group", "aria-label": "Try it" },
    element("p", { class: "try-question" }, question),
    element("form", { class: "try-row", onsubmit: reveal }, element("label", { for: field.id }, guess), field, show),
    place,
    element("div", { class: "try-row" }, element("label", { for: slider.id }, control), slider, now),
    sentence));
  draw();
}
