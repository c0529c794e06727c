// What is seen of the runs: curves, histograms, tables, filters, test digits.

import { histogram, lineChart, number } from "./chart.js";
import { inputs } from "./digits.js";
import { element, percent } from "./dom.js";
import { matrix } from "./matrix.js";
import { largest, softmax } from "./network.js";
import { paintDigit, paintFilter, picture } from "./pictures.js";
import { CLASSES, INPUTS } from "./schemes.js";
import { labels } from "./settings.js";

const FILTERS = 24;
const SHOWN = 8; // test digits
const LAYERS = ["W1", "W2"];

// A curve chart: which of a run's numbers it shows. Training and W1 are lines, test and W2 dots.
const CHARTS = {
  batch: {
    title: "Loss of each batch, before its step", yLabel: "loss in nats (logarithmic)", log: true, wide: true,
    curves: [{ name: "loss of the batch", points: (run) => run.points.map((p) => [p.x, p.loss]) }],
  },
  loss: {
    title: "Loss after each epoch", yLabel: "loss in nats (logarithmic)", log: true,
    curves: [
      { name: "training", points: (run) => run.epochs.map((e) => [e.epoch, e.train.loss]) },
      { name: "test", kind: "dots", points: (run) => run.epochs.map((e) => [e.epoch, e.test.loss]) },
    ],
  },
  error: {
    title: "Error after each epoch", yLabel: "wrong digits", percent: true,
    curves: [
      { name: "training", points: (run) => run.epochs.map((e) => [e.epoch, e.train.error]) },
      { name: "test", kind: "dots", points: (run) => run.epochs.map((e) => [e.epoch, e.test.error]) },
    ],
  },
  gradients: {
    title: "Size of the gradients", yLabel: "norm of each gradient (logarithmic)", log: true, inside: true,
    curves: LAYERS.map((name, i) => ({
      name, kind: i ? "dots" : "line", points: (run) => run.points.map((p) => [p.x, p.gradients[i]]),
    })),
  },
  updates: {
    title: "Update against weight", yLabel: "norm of a step / norm of the weights (logarithmic)", log: true, inside: true,
    curves: LAYERS.map((name, i) => ({
      name, kind: i ? "dots" : "line", points: (run) => run.points.map((p) => [p.x, p.updates[i]]),
    })),
  },
};

const figure = (title, attributes, ...children) => element("div",
  { class: "lab-figure", role: "group", "aria-label": title, ...attributes },
  element("p", { class: "lab-title" }, title), ...children);

const formatted = (chart, y) => (chart.percent ? percent(y) : number(y));

export class View {
  // onremove(run): the reader takes a run off the charts; onchoose(i): picks a test digit
  constructor(test, { onremove, onchoose }) {
    Object.assign(this, { test, onremove, onchoose, zoom: false, mistakes: false, change: false, offset: 0 });
    this.legend = element("ul", { class: "lab-legend", "aria-label": "Runs on the charts" });
    this.charts = {};
    for (const [key, chart] of Object.entries(CHARTS)) this.charts[key] = this.chart(key, chart);
    this.zoomed = element("input", { type: "checkbox", onchange: () => this.zoomIn(this.zoomed.checked) });
    this.curves = element("div", { class: "lab-curves" },
      this.legend,
      this.charts.batch.box,
      element("div", { class: "lab-pair" }, this.charts.loss.box, this.charts.error.box));
    this.charts.batch.plot.before(element("label", { class: "lab-check" }, this.zoomed, "Only the first epoch"));
    this.inside = this.makeInside();
    this.digits = this.makeDigits();
  }

  // Show the first epoch only, or all of them.
  zoomIn(only) {
    this.zoomed.checked = this.zoom = only;
    if (!this.runs) return; // nothing has been shown yet
    this.drawCurves();
  }

  chart(key, { title, curves }) {
    const box = element("div", { class: "lab-plot" });
    const table = element("table");
    const details = element("details", { class: "lab-numbers", ontoggle: () => this.fillTable(key) },
      element("summary", {}, "These numbers as a table"),
      element("div", { class: "lab-scroll", role: "region", tabindex: 0, "aria-label": `Table: ${title}` }, table));
    const marks = curves.length < 2 ? [] : [element("p", { class: "lab-marks" },
      `Line: ${curves[0].name}. Dots: ${curves[1].name}.`)];
    return { plot: box, table, details, box: figure(title, { "data-chart": key }, ...marks, box, details) };
  }

  makeInside() {
    const plot = (title) => {
      const box = element("div", { class: "lab-plot" });
      const note = element("p", { class: "lab-note" });
      return { plot: box, note, box: figure(title, {}, box, note) };
    };
    this.preactivations = plot("Pre-activations X W1 of the test digits");
    this.logits = plot("Logits of the test digits");
    this.layers = element("tbody");
    this.dead = element("p", { class: "lab-dead" });
    this.filters = element("div", { class: "lab-filters", role: "img", "aria-label": "Pictures of hidden units, once there are some" });
    const kind = element("select", { id: "lab-filter-kind", onchange: () => {
      this.change = kind.value === "change";
      this.drawFilters();
    } }, element("option", { value: "now" }, "the weights"), element("option", { value: "change" }, "their change since the start"));
    const header = ["", "norm now", "moved since the start", "gradient, last step", "update / weight, last step"];
    return element("details", { class: "lab-section lab-inside", open: true, ontoggle: () => this.draw() },
      element("summary", {}, "Inside the network"),
      element("div", { class: "lab-pair" }, this.preactivations.box, this.logits.box),
      this.dead,
      element("div", { class: "lab-scroll", role: "region", tabindex: 0, "aria-label": "Table: the two layers" },
        element("table", {}, element("caption", {}, "The two layers"),
          element("thead", {}, element("tr", {}, ...header.map((h) => element(h ? "th" : "td", h ? { scope: "col" } : {}, h)))),
          this.layers)),
      element("div", { class: "lab-pair" }, this.charts.gradients.box, this.charts.updates.box),
      figure(`What the first ${FILTERS} hidden units look for`, {},
        element("div", { class: "lab-row lab-inline" }, element("label", { for: "lab-filter-kind" }, "Show"), kind),
        this.filters,
        element("p", { class: "lab-note" }, "Blue: ink here turns the unit on. Orange: ink here turns it off.")));
  }

  makeDigits() {
    this.list = element("ul", { class: "lab-digits" });
    const only = element("input", { type: "checkbox", onchange: () => {
      this.mistakes = only.checked;
      this.offset = 0;
      this.drawDigits();
    } });
    const next = element("button", { type: "button", onclick: () => { this.offset += SHOWN; this.drawDigits(); } }, "Other digits");
    return element("details", { class: "lab-section", open: true, ontoggle: () => this.draw() },
      element("summary", {}, "Test digits"),
      element("div", { class: "lab-buttons" }, next, element("label", { class: "lab-check" }, only, "Only mistakes")),
      this.list,
      element("p", { class: "lab-note" }, "Ten bars: the probabilities of 0 to 9. Press a digit to see it large, below."));
  }

  // runs: those on the charts, the current one last
  show(runs, current) {
    this.runs = runs;
    this.current = current;
    this.draw();
  }

  draw() {
    if (!this.runs) return;
    this.drawCurves();
    this.drawPictures();
  }

  drawCurves() {
    const seen = this.runs.filter((run) => run.steps > 0);
    for (const key of Object.keys(CHARTS)) {
      if (CHARTS[key].inside && !this.inside.open) continue;
      this.drawChart(key, seen);
    }
    this.drawLegend(seen);
  }

  drawChart(key, seen) {
    const chart = CHARTS[key];
    const names = labels(seen.map((run) => run.settings));
    const xMax = this.zoom ? 1 : Math.max(1, ...seen.map((run) => run.steps / run.stepsAnEpoch));
    const series = seen.flatMap((run) => chart.curves.map((curve) =>
      ({ points: curve.points(run), run: run.slot, kind: curve.kind })));
    const parts = seen.map((run, i) => {
      const ends = chart.curves.map((curve) => {
        const points = curve.points(run);
        if (!points.length) return "";
        return `${curve.name} from ${formatted(chart, points[0][1])} to ${formatted(chart, points.at(-1)[1])}`;
      }).filter(Boolean);
      return `${names[i]}: ${ends.join("; ")}`;
    });
    const summary = `${chart.title}. ${parts.join(". ") || "Nothing yet: press Train"}.`;
    lineChart(this.charts[key].plot, { ...chart, series, xMax, xLabel: "epoch", summary, height: chart.wide ? 230 : 190 });
    if (this.charts[key].details.open) this.fillTable(key);
  }

  fillTable(key) {
    const chart = CHARTS[key];
    if (!this.charts[key].details.open) return;
    const seen = (this.runs ?? []).filter((run) => run.steps > 0); // it may be opened at once
    const names = labels(seen.map((run) => run.settings));
    const columns = seen.flatMap((run, i) => chart.curves.map((curve) =>
      ({ name: `${names[i]}, ${curve.name}`, points: curve.points(run) })));
    const xs = [...new Set(columns.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
    // The beginning, where most happens, and then a fair sample.
    const every = Math.ceil(xs.length / 25);
    const rows = xs.filter((x, i) => i < 8 || i % every === 0 || i === xs.length - 1);
    const found = columns.map(({ points }) => new Map(points));
    this.charts[key].table.replaceChildren(
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "epoch"),
        ...columns.map(({ name }) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...rows.map((x) => element("tr", {}, element("th", { scope: "row" }, number(x)),
        ...found.map((values) => element("td", {}, values.has(x) ? formatted(chart, values.get(x)) : ""))))));
  }

  drawLegend(seen) {
    const names = labels(seen.map((run) => run.settings));
    const key = JSON.stringify([names, seen.map((run) => [run.id, run === this.current])]);
    if (key === this.legendKey) return; // a button that is built anew loses the focus
    this.legendKey = key;
    this.legend.replaceChildren(...seen.map((run, i) => {
      const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      swatch.setAttribute("class", `lab-swatch series run-${run.slot}`);
      swatch.setAttribute("viewBox", "0 0 40 10");
      swatch.setAttribute("aria-hidden", "true");
      const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.setAttribute("d", "M0 5H40");
      swatch.append(line);
      const item = element("li", {}, swatch, element("span", {}, names[i]));
      if (run !== this.current) {
        item.append(element("button", { type: "button", onclick: () => this.onremove(run) }, "Remove",
          element("span", { class: "lab-hidden" }, ` the run ${names[i]}`)));
      }
      return item;
    }));
  }

  drawPictures() {
    const snapshot = this.current?.snapshot;
    if (!snapshot) return;
    if (this.inside.open) {
      this.drawSpread(this.preactivations, snapshot.preactivations, "pre-activation", snapshot.steps);
      this.drawSpread(this.logits, snapshot.logitSpread, "logit", snapshot.steps);
      this.drawLayers(snapshot);
      this.drawFilters();
    }
    if (this.digits.open) this.drawDigits();
  }

  drawSpread({ plot, note }, spread, what, steps) {
    const text = `Mean ${number(spread.mean)}, standard deviation ${number(spread.std)}` +
      (steps ? `, after ${steps} ${steps === 1 ? "step" : "steps"}. Outline: at the start.` : ", at the start.");
    histogram(plot, { ...spread, xLabel: what, summary: `Histogram of every ${what}. ${text}` });
    note.textContent = text;
  }

  drawLayers({ W1, dead, active, norms, startNorms, moved, latest }) {
    this.dead.textContent = `Dead hidden units, off for every training digit: ${dead} of ${W1.length / INPUTS} ` +
      `(${percent(dead / (W1.length / INPUTS), 0)}). A unit is on for ${percent(active, 0)} of the test digits, on average.`;
    this.layers.replaceChildren(...LAYERS.map((name, i) => {
      const relative = startNorms[i] > 0 ? ` (${percent(moved[i] / startNorms[i])})` : "";
      const cells = [number(norms[i]), `${number(moved[i])}${relative}`,
        latest ? number(latest.gradients[i]) : "–",
        latest && norms[i] > 0 && Number.isFinite(latest.updates[i]) ? number(latest.updates[i]) : "–"];
      return element("tr", { "data-layer": name }, element("th", { scope: "row" }, name), ...cells.map((c) => element("td", {}, c)));
    }));
  }

  drawFilters() {
    const { snapshot, start } = this.current ?? {};
    if (!snapshot) return;
    const d = snapshot.W1.length / INPUTS;
    const count = Math.min(FILTERS, d);
    while (this.filters.children.length > count) this.filters.lastChild.remove();
    while (this.filters.children.length < count) this.filters.append(picture());
    [...this.filters.children].forEach((canvas, j) => paintFilter(canvas, (i) =>
      snapshot.W1[i * d + j] - (this.change ? start[i * d + j] : 0)));
    this.filters.setAttribute("aria-label", `Pictures of ${count} hidden units: ` +
      `${this.change ? "how their weights have changed since the start" : "their weights"}, pixel by pixel, after ${snapshot.steps} steps.`);
  }

  drawDigits() {
    const snapshot = this.current?.snapshot;
    if (!snapshot) return;
    const { labels: truth, pixels } = this.test;
    const Z = matrix(truth.length, CLASSES, snapshot.logits);
    const says = (i) => largest(Z.data.subarray(i * CLASSES, (i + 1) * CLASSES));
    let candidates = [...truth.keys()];
    if (this.mistakes) candidates = candidates.filter((i) => says(i) !== truth[i]);
    if (this.offset >= candidates.length) this.offset = 0;
    const chosen = candidates.slice(this.offset, this.offset + SHOWN);
    const S = softmax(Z);
    while (this.list.children.length > chosen.length) this.list.lastChild.remove();
    while (this.list.children.length < chosen.length) this.list.append(this.tile());
    chosen.forEach((i, at) => {
      const { button, canvas, bars, text } = this.list.children[at].parts;
      if (button.dataset.digit !== String(i) || canvas.theme !== document.documentElement.dataset.theme) {
        paintDigit(canvas, inputs(pixels.subarray(i * INPUTS, (i + 1) * INPUTS)));
        canvas.theme = document.documentElement.dataset.theme;
      }
      button.dataset.digit = i;
      const right = says(i) === truth[i];
      const share = S.data[i * CLASSES + says(i)];
      const sure = Number.isFinite(share) ? percent(share, 0) : "no number";
      text.textContent = `${right ? "✓" : "✗"} ${says(i)}, ${sure}`;
      button.setAttribute("aria-label", `${text.textContent}: test digit ${i} is a ${truth[i]}`);
      this.list.children[at].classList.toggle("wrong", !right);
      bars.forEach((bar, j) => {
        const height = S.data[i * CLASSES + j];
        bar.style.height = `${Math.max(3, 100 * (Number.isFinite(height) ? height : 0))}%`;
        bar.classList.toggle("truth", j === truth[i]);
      });
    });
  }

  tile() {
    const canvas = picture();
    const bars = Array.from({ length: CLASSES }, () => element("span"));
    const text = element("span", { class: "lab-says" });
    const button = element("button", { type: "button", onclick: () => this.onchoose(Number(button.dataset.digit)) },
      canvas, element("span", { class: "lab-mini", "aria-hidden": "true" }, ...bars), text);
    const item = element("li", {}, button);
    item.parts = { button, canvas, bars, text };
    return item;
  }
}
