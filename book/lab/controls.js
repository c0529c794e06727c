// The settings as a form: sliders with a field for the exact number, and the sentence that says
// why a number is refused.

import { element } from "./dom.js";
import { NUMBERS, complete, parse, rounded, short } from "./settings.js";
import { SCHEMES, fromScale, toScale } from "./schemes.js";

const NOTCHES = 120; // of a slider

const LABELS = {
  d: "Hidden units (hidden_dim, d)",
  lr: "Learning rate",
  s1: "Standard deviation of W1 (s₁)",
  s2: "Standard deviation of W2 (s₂)",
  scale: "Output scale",
  imbalance: "Imbalance (W2 against W1)",
  batch: "Batch size",
  epochs: "Epochs",
  seed: "Seed",
};

export class Controls {
  // onchange(settings) is called with valid settings only.
  constructor(onchange) {
    this.onchange = onchange;
    this.rows = {};
    for (const key of Object.keys(LABELS)) this.rows[key] = this.row(key);
    this.scheme = this.select("Rule", [
      ...SCHEMES.map(({ name, title }) => [name, title]),
      ["", "own numbers"],
    ], (name) => this.change(name ? { init: name } : { init: null }));
    this.draw = this.select("Distribution", [["normal", "normal"], ["uniform", "uniform"]],
      (draw) => this.change({ init: null, draw }));
    const rows = this.rows;
    this.more = element("details", { class: "lab-more" },
      element("summary", {}, "More settings"),
      element("p", { class: "lab-note" }, "Two ways to say the same two numbers. Output scale 1 and imbalance 1 are fan-in."),
      rows.s1.box, rows.s2.box, rows.scale.box, rows.imbalance.box, this.draw.box,
      element("div", { class: "lab-small" }, rows.batch.box, rows.epochs.box, rows.seed.box),
    );
    this.element = element("form", { class: "lab-controls", "aria-label": "Settings", onsubmit: (event) => event.preventDefault() },
      this.scheme.box, rows.d.box, rows.lr.box, this.more);
  }

  row(key) {
    const { slider } = NUMBERS[key];
    const id = `lab-${key}`;
    const error = element("p", { class: "lab-error", id: `${id}-error`, role: "alert" });
    const field = element("input", {
      id, type: "text", inputmode: NUMBERS[key].whole ? "numeric" : "decimal", autocomplete: "off",
      spellcheck: "false", "aria-describedby": error.id,
      onchange: () => this.typed(key, field.value),
    });
    const row = { key, field, error, box: element("div", { class: "lab-row" },
      element("label", { for: id }, LABELS[key])) };
    const line = element("div", { class: "lab-line" });
    if (slider) {
      row.slider = element("input", {
        type: "range", min: 0, max: NOTCHES, step: 1, id: `${id}-slider`, "aria-label": LABELS[key],
        oninput: () => this.slid(key, false),
        onchange: () => this.slid(key, true),
      });
      line.append(row.slider);
    }
    line.append(field);
    row.box.append(line, error);
    return row;
  }

  select(label, options, chosen) {
    const id = `lab-${label.toLowerCase()}`;
    const list = element("select", { id, onchange: () => chosen(list.value) },
      ...options.map(([value, title]) => element("option", { value }, title)));
    const error = element("p", { class: "lab-error", role: "alert" });
    return { list, error, box: element("div", { class: "lab-row" }, element("label", { for: id }, label), list, error) };
  }

  // The number at a slider's notch: equal ratios between notches, whole numbers where they must be.
  fromNotch(key, notch) {
    const { slider: [low, high], whole, zero } = NUMBERS[key];
    if (zero && notch === 0) return 0;
    const value = low * (high / low) ** (notch / NOTCHES);
    return whole ? Math.round(value) : Number(value.toPrecision(3));
  }

  toNotch(key, value) {
    const { slider: [low, high] } = NUMBERS[key];
    if (!(value > 0)) return 0;
    const notch = (NOTCHES * Math.log(value / low)) / Math.log(high / low);
    return Math.min(NOTCHES, Math.max(NUMBERS[key].zero ? 1 : 0, Math.round(notch)));
  }

  slid(key, done) {
    const row = this.rows[key];
    const value = this.fromNotch(key, Number(row.slider.value));
    this.refuse(key, "");
    if (done) return this.accept(key, value);
    row.field.value = short(value);
    row.slider.setAttribute("aria-valuetext", short(value));
  }

  typed(key, text) {
    const { value, error } = parse(key, text);
    this.refuse(key, error ?? "");
    if (!error) this.accept(key, value);
  }

  accept(key, value) {
    if (key === "s1" || key === "s2") {
      this.change({ init: null, [key]: value });
    } else if (key === "scale" || key === "imbalance") {
      const now = toScale(this.settings);
      if (!(now.imbalance > 0 && now.imbalance < Infinity)) now.imbalance = 1; // a layer of zeros
      const { s1, s2 } = fromScale({ ...now, [key]: value, d: this.settings.d });
      this.change({ init: null, s1, s2 });
    } else this.change({ [key]: value });
  }

  change(part) {
    const settings = { ...this.settings, ...part };
    if (!settings.init) Object.assign(settings, { s1: rounded(settings.s1), s2: rounded(settings.s2) });
    this.show(complete(settings));
    this.onchange(this.settings);
  }

  refuse(key, sentence) {
    const { field, error } = this.rows[key];
    error.textContent = sentence;
    if (sentence) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (sentence && this.more.contains(field)) this.more.open = true;
  }

  // Shows settings; of a link, also what was wrong in it.
  show(settings, errors = {}, texts = {}, { fresh = false } = {}) {
    this.settings = settings;
    const values = { ...settings, ...toScale(settings) };
    for (const [key, row] of Object.entries(this.rows)) {
      if (!fresh && row.field.hasAttribute("aria-invalid")) continue; // what is refused stays to be seen
      const value = values[key];
      const text = Number.isFinite(value) ? short(value) : "none";
      row.field.value = texts[key] ?? text;
      if (row.slider) {
        row.slider.value = this.toNotch(key, value);
        row.slider.setAttribute("aria-valuetext", text);
      }
      if (fresh) this.refuse(key, errors[key] ?? "");
    }
    this.scheme.list.value = settings.init ?? "";
    this.draw.list.value = settings.draw;
    if (fresh) {
      this.scheme.error.textContent = errors.init ?? "";
      this.draw.error.textContent = errors.draw ?? "";
    }
  }

  // The first field with a refused number, if there is one
  get invalid() {
    return this.element.querySelector("[aria-invalid]");
  }
}
