// Pictures of 28×28 numbers: digits in ink, weights in two colours around the page's own.

import { element } from "./dom.js";

const SIDE = 28;
const dark = () => document.documentElement.dataset.theme === "dark";

// [paper, most positive, most negative]; blue and orange differ for every kind of colour vision
const palette = () => dark()
  ? { zero: [24, 26, 30], plus: [100, 190, 245], minus: [250, 165, 80], ink: [235, 235, 235] }
  : { zero: [255, 255, 255], plus: [0, 90, 160], minus: [200, 80, 0], ink: [20, 20, 20] };

export function picture(className = "") {
  return element("canvas", { width: SIDE, height: SIDE, class: `lab-picture ${className}`, "aria-hidden": "true" });
}

function paint(canvas, at, colours) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  const { zero } = colours;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [share, colour] = at(i);
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = zero[c] + share * (colour[c] - zero[c]);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// ink: 784 numbers from 0 to `full`
export function paintDigit(canvas, ink, full = 1) {
  const colours = palette();
  paint(canvas, (i) => [ink[i] / full, colours.ink], colours);
}

// weight(i): the 784 weights into a unit; the largest in size has the full colour
export function paintFilter(canvas, weight) {
  const colours = palette();
  let extent = 0;
  for (let i = 0; i < SIDE * SIDE; i++) extent = Math.max(extent, Math.abs(weight(i)));
  paint(canvas, (i) => {
    const w = extent > 0 && Number.isFinite(extent) ? weight(i) / extent : 0;
    return [Math.abs(w), w < 0 ? colours.minus : colours.plus];
  }, colours);
}
