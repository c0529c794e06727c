// Draw a digit: mouse, finger or pen on a square; or, by keyboard, one of the test digits.

import { centre } from "./centre.js";
import { inputs } from "./digits.js";
import { element, percent } from "./dom.js";
import { matrix } from "./matrix.js";
import { forward, largest, softmax } from "./network.js";
import { paintDigit, paintFilter, picture } from "./pictures.js";
import { CLASSES, INPUTS } from "./schemes.js";
import { TEST } from "./settings.js";

const SIZE = 280; // of the square, in its own pixels
const PEN = 22;
const UNITS = 6;

export class Pad {
  constructor(test) {
    this.test = test;
    this.canvas = element("canvas", {
      class: "lab-pad", width: SIZE, height: SIZE, role: "img",
      "aria-label": "A square to draw a digit in, with mouse, finger or pen. By keyboard, choose a test digit instead.",
    });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.small = picture("lab-large");
    this.verdict = element("p", { class: "lab-verdict", "aria-live": "polite" }, "Draw a digit.");
    this.bars = element("ol", { class: "lab-bars", start: 0, "aria-label": "Probabilities of the ten digits" });
    for (let j = 0; j < CLASSES; j++) {
      this.bars.append(element("li", {}, element("span", {}, String(j)),
        element("span", { class: "lab-bar-track" }, element("span", { class: "lab-bar-fill" })),
        element("span", { class: "lab-share" }, "–")));
    }
    this.units = element("ul", { class: "lab-units" });
    const field = element("input", { id: "lab-choose", type: "number", min: 0, max: TEST - 1, value: 0 });
    const complaint = element("p", { class: "lab-error", role: "alert" });
    const choose = (event) => {
      event.preventDefault();
      const i = Number(field.value);
      const good = field.value !== "" && Number.isInteger(i) && i >= 0 && i < TEST;
      complaint.textContent = good ? "" : `Test digits are numbered from 0 to ${TEST - 1}.`;
      if (good) this.choose(i);
    };
    this.element = element("section", { class: "lab-draw", "aria-label": "Draw a digit" },
      element("div", { class: "lab-draw-left" },
        this.canvas,
        element("div", { class: "lab-buttons" }, element("button", { type: "button", onclick: () => this.clear() }, "Clear")),
        element("form", { class: "lab-choose", onsubmit: choose, novalidate: true },
          element("label", { for: "lab-choose" }, "Or take test digit number"), field,
          element("button", { type: "submit" }, "Show"), complaint),
      ),
      element("div", { class: "lab-draw-right" },
        element("div", { class: "lab-seen" }, this.small, element("div", {}, this.verdict,
          element("p", { class: "lab-note" }, "Beside: what the network sees, scaled and centred as MNIST's digits are."))),
        this.bars,
        element("p", { class: "lab-title" }, "Hidden units that fire most"), this.units),
    );
    this.listen();
  }

  listen() {
    let last = null;
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
    };
    const stroke = (event) => {
      const { context } = this;
      Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
      for (const point of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
        const [x, y] = at(point);
        context.beginPath();
        context.moveTo(...last);
        context.lineTo(x, y);
        context.stroke();
        last = [x, y];
      }
      this.read();
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button > 0) return;
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      if (this.chosen !== null) this.clear(); // a drawing does not go on over a test digit
      last = at(event);
      stroke(event); // a dot
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (last && event.isPrimary) stroke(event);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(name, () => { last = null; });
    }
  }

  chosen = null; // the number of a test digit, if one is shown
  image = null; // 784 numbers, what the network sees

  clear() {
    this.context.clearRect(0, 0, SIZE, SIZE);
    this.chosen = null;
    this.image = null;
    this.refresh();
  }

  read() {
    const { data } = this.context.getImageData(0, 0, SIZE, SIZE);
    const ink = new Float32Array(SIZE * SIZE);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3] / 255; // opacity
    this.image = centre(ink, SIZE);
    this.refresh();
  }

  choose(i) {
    this.clear();
    this.chosen = i;
    this.image = inputs(this.test.pixels.subarray(i * INPUTS, (i + 1) * INPUTS));
    this.refresh();
  }

  // weights: { W1, W2 } or null
  update(weights) {
    this.weights = weights;
    this.verdict.setAttribute("aria-live", "off"); // nobody asked: training goes on
    this.refresh();
    this.verdict.setAttribute("aria-live", "polite");
  }

  refresh() {
    paintDigit(this.small, this.image ?? new Float32Array(INPUTS));
    const fresh = !this.image || !this.weights;
    const shares = fresh ? null : this.classify();
    [...this.bars.children].forEach((bar, j) => {
      bar.querySelector(".lab-bar-fill").style.width = shares ? `${100 * shares[j]}%` : 0;
      bar.querySelector(".lab-share").textContent = shares ? percent(shares[j]) : "–";
      bar.classList.toggle("best", Boolean(shares) && j === largest(shares));
    });
    if (fresh) {
      this.verdict.textContent = "Draw a digit.";
      this.units.replaceChildren();
    }
  }

  classify() {
    const { W1, W2 } = this.weights;
    const { Z1, Z2 } = forward(matrix(1, INPUTS, this.image), W1, W2);
    const shares = softmax(Z2).data;
    if (!shares.every(Number.isFinite)) {
      this.verdict.textContent = "The weights are no longer numbers.";
      this.units.replaceChildren();
      return null;
    }
    const best = largest(shares);
    const label = this.chosen === null ? "" : `Test digit ${this.chosen}, a ${this.test.labels[this.chosen]}: `;
    const text = `${label}the network says ${best}, with ${percent(shares[best], 0)}.`;
    const sentence = text[0].toUpperCase() + text.slice(1);
    if (this.verdict.textContent !== sentence) this.verdict.textContent = sentence;
    this.showUnits(Z1.data, W1, W2);
    return shares;
  }

  showUnits(Z1, W1, W2) {
    const order = [...Z1.keys()].filter((j) => Z1[j] > 0).sort((a, b) => Z1[b] - Z1[a]).slice(0, UNITS);
    this.units.replaceChildren(...order.map((j) => {
      const tile = picture();
      paintFilter(tile, (i) => W1.data[i * W1.cols + j]);
      const out = W2.data.subarray(j * CLASSES, (j + 1) * CLASSES);
      return element("li", {}, tile, element("span", {}, `unit ${j}: ${Z1[j].toPrecision(3)}`),
        element("span", { class: "lab-note" }, `speaks for ${largest(out)}`));
    }));
    if (!order.length) this.units.append(element("li", {}, "None: every unit is off for this digit."));
  }
}
