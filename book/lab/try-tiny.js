// The network that a pencil can do: forward and back, a node at a time, with its numbers.

import { drawing, line, takePlace, text } from "./guess.js";
import { node } from "./chart.js";
import { element } from "./dom.js";
import { matrix, product } from "./matrix.js";
import { backward, descend, forward, softmax, softmaxLoss } from "./network.js";

export const START = {
  X: [[1, 2], [2, 0]], y: [0, 1],
  W1: [[1, -1, 1], [0, 1, -1]], W2: [[1, 0], [0, 1], [-1, 0]],
};
const RATE = 0.5;
const NAMES = ["W1", "W2"];
const FROM = { W1: "input", W2: "hidden unit" };
const TO = { W1: "hidden unit", W2: "class" };

// ---- the numbers

const wide = (table) => matrix(table.length, table[0].length, Float64Array.from(table.flat()));
const at = (A, i, j) => A.data[i * A.cols + j];
const column = (A, j) => Array.from({ length: A.rows }, (_, i) => at(A, i, j));
const row = (A, i) => Array.from({ length: A.cols }, (_, j) => at(A, i, j));

export function network({ X, y, W1, W2 } = START) {
  return { X: wide(X), y, W1: wide(W1), W2: wide(W2) };
}

export function compute({ X, y, W1, W2 }) {
  const Z = forward(X, W1, W2);
  return {
    X, W1, W2, A1: product(X, W1), ...Z, S: softmax(Z.Z2), loss: softmaxLoss(Z.Z2, y),
    ...backward(X, y, W2, Z),
  };
}

// The loss after one weight has been moved by delta, and what its gradient said of the change.
export function nudge(net, name, i, j, delta) {
  const place = i * net[name].cols + j;
  const { loss: before, [`d${name}`]: gradient } = compute(net);
  const moved = { ...net, [name]: { ...net[name], data: net[name].data.slice() } };
  moved[name].data[place] += delta;
  const after = compute(moved).loss;
  return { before, after, change: after - before, gradient: gradient.data[place], predicted: delta * gradient.data[place] };
}

// ---- numbers as a pencil writes them

const GLYPHS = { "1/2": "½", "1/4": "¼", "3/4": "¾", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞", "1/3": "⅓", "2/3": "⅔" };

export function fraction(x, most = 64, digits = 4) {
  const size = Math.abs(x), sign = x < 0 ? "−" : "";
  for (let q = 1; q <= most; q++) {
    const p = Math.round(size * q);
    if (Math.abs(size * q - p) < 1e-9 * Math.max(1, q)) {
      return p === 0 ? "0" : sign + (q === 1 ? String(p) : GLYPHS[`${p}/${q}`] ?? `${p}/${q}`);
    }
  }
  return sign + (size < 1e-3 || size >= 1e4 ? size.toExponential(1) : String(Number(size.toPrecision(digits))));
}

const short = (x) => fraction(x, 8, 2);
const inBrackets = (x) => (x < 0 ? `(${fraction(x)})` : fraction(x));
const sum = (a, b) => a.map((x, i) => `${i ? inBrackets(x) : fraction(x)} · ${inBrackets(b[i])}`).join(" + ");
const dot = (a, b) => a.reduce((total, x, i) => total + x * b[i], 0);

// A text as a number: 0.5, -1, −1 or 1/4; NaN for others.
export function parse(words) {
  const found = /^([+-]?\d*\.?\d+)(?:\/(\d+))?$/.exec(words.trim().replace("−", "-"));
  const x = found ? Number(found[1]) / Number(found[2] ?? 1) : NaN;
  return Math.abs(x) <= 1000 ? x : NaN;
}

// ---- the steps: each hidden unit, each logit, the loss, and back

export const STEPS = [
  ...[0, 1, 2].map((j) => ({ kind: "hidden", j })), ...[0, 1].map((j) => ({ kind: "logit", j })),
  { kind: "loss" },
  ...[0, 1].map((j) => ({ kind: "logit", j, back: true })), ...[0, 1, 2].map((j) => ({ kind: "hidden", j, back: true })),
];

const examples = (line) => [0, 1].map((r) => `Example ${r}: ${line(r)}.`);

// { title, lines }: what happens at a step, in numbers.
export function told(step, v, y) {
  const { kind, j, back } = step;
  if (kind === "loss") {
    return {
      title: "The loss, the mean of −log of what the true class gets",
      lines: [...examples((r) => `the logits ${row(v.Z2, r).map((x) => fraction(x)).join(" and ")} become ${row(v.S, r).map((x) => fraction(x)).join(" and ")}; the truth is ${y[r]}`),
        `Loss: (${[0, 1].map((r) => fraction(-Math.log(at(v.S, r, y[r])))).join(" + ")}) / 2 = ${fraction(v.loss)}.`],
    };
  }
  const gradients = (name, inputs, G) => Array.from({ length: inputs.cols }, (_, i) =>
    `∇${name}[${i}, ${j}] = (${sum(column(inputs, i), column(G, j))}) / 2 = ${fraction(at(v[`d${name}`], i, j))}`);
  if (kind === "hidden" && !back) {
    return {
      title: `Forward to hidden unit ${j}`,
      lines: examples((r) => {
        const a = at(v.A1, r, j);
        return `${sum(row(v.X, r), column(v.W1, j))} = ${fraction(a)}${a > 0 ? "; it is on" : ", so ReLU gives 0; it is off"}`;
      }),
    };
  }
  if (kind === "logit" && !back) {
    return {
      title: `Forward to the logit of class ${j}`,
      lines: examples((r) => `${sum(row(v.Z1, r), column(v.W2, j))} = ${fraction(at(v.Z2, r, j))}`),
    };
  }
  if (kind === "logit") {
    return {
      title: `Back to the logit of class ${j}: said minus true`,
      lines: [...examples((r) => `${fraction(at(v.S, r, j))} − ${y[r] === j ? 1 : 0} = ${fraction(at(v.G2, r, j))}`),
        ...gradients("W2", v.Z1, v.G2)],
    };
  }
  return {
    title: `Back to hidden unit ${j}`,
    lines: [...examples((r) => {
      const on = at(v.Z1, r, j) > 0;
      const [g, w] = [row(v.G2, r), row(v.W2, j)];
      return `${sum(g, w)} = ${fraction(dot(g, w))}${on ? "; it is on" : ", but it is off, so 0"}`;
    }), ...gradients("W1", v.X, v.G1)],
  };
}

// ---- the picture

const LAYERS = [ // left edge, width, tops of the boxes
  { x: 2, w: 36, tops: [96, 196] },
  { x: 108, w: 90, tops: [46, 146, 246] },
  { x: 272, w: 86, tops: [96, 196] },
];
const TALL = 44;
const middle = (layer, j) => LAYERS[layer].tops[j] + TALL / 2;

// What has been computed after so many steps: all of it after the last.
const isDone = (kind, j, back, count) => STEPS.findIndex((s) => s.kind === kind && s.j === j && Boolean(s.back) === back) < count;

function box(layer, j, active, values) {
  const { x, w, tops } = LAYERS[layer];
  const group = node("g", { class: active ? "node now" : "node" });
  group.append(node("rect", { x, y: tops[j], width: w, height: TALL, rx: 6 }));
  for (const [words, right, r, name = ""] of values) {
    group.append(text(x + right, tops[j] + 18 + 18 * r, words, { "text-anchor": "end", class: name }));
  }
  return group;
}

// The weights into a node, each with its gradient, in front of it.
function weights(v, name, layer, j, back) {
  const W = v[name], gap = W.rows === 2 ? 24 : 26, x = LAYERS[layer].x;
  return Array.from({ length: W.rows }, (_, i) => {
    const y = middle(layer, j) + 4 + gap * (i - (W.rows - 1) / 2);
    return [text(x - 36, y, short(at(W, i, j)), { class: "weight", "text-anchor": "end" }),
      ...(back ? [text(x - 4, y, short(at(v[`d${name}`], i, j)), { class: "back weight", "text-anchor": "end" })] : [])];
  }).flat();
}

export function picture(v, y, count = STEPS.length, current = null) {
  const active = (kind, j) => current?.kind === kind && (kind === "loss" || current.j === j);
  const parts = [text(2, 14, "x", { class: "title" }), text(108, 14, "ReLU(a)", { class: "title" }), text(272, 14, "logit, share", { class: "title" }),
    text(108, 32, "and back: G1", { class: "back" }), text(272, 32, "and back: G2", { class: "back" })];
  for (const [name, layer] of [["W1", 1], ["W2", 2]]) {
    for (const j of LAYERS[layer].tops.keys()) {
      for (const i of LAYERS[layer - 1].tops.keys()) {
        const { x, w } = LAYERS[layer - 1];
        const now = active(layer === 1 ? "hidden" : "logit", j);
        parts.push(line(x + w, middle(layer - 1, i), LAYERS[layer].x, middle(layer, j), now ? "edge now" : "edge"));
      }
    }
    for (const j of LAYERS[layer].tops.keys()) {
      parts.push(...weights(v, name, layer, j, isDone(layer === 1 ? "hidden" : "logit", j, true, count)));
    }
  }
  const both = (line) => [0, 1].flatMap(line);
  for (const i of [0, 1]) parts.push(box(0, i, false, both((r) => [[short(at(v.X, r, i)), 26, r]])));
  for (const j of [0, 1, 2]) {
    parts.push(box(1, j, active("hidden", j), both((r) => [
      ...(isDone("hidden", j, false, count) ? [[at(v.A1, r, j) > 0 ? short(at(v.Z1, r, j)) : `${short(at(v.A1, r, j))} → 0`, 52, r, at(v.A1, r, j) > 0 ? "" : "off"]] : []),
      ...(isDone("hidden", j, true, count) ? [[short(at(v.G1, r, j)), 84, r, "back"]] : [])])));
  }
  for (const j of [0, 1]) {
    parts.push(box(2, j, active("logit", j), both((r) => [
      ...(isDone("logit", j, false, count) ? [[short(at(v.Z2, r, j)), 26, r]] : []),
      ...(isDone("loss", undefined, false, count) ? [[short(at(v.S, r, j)), 54, r, y[r] === j ? "strong" : ""]] : []),
      ...(isDone("logit", j, true, count) ? [[short(at(v.G2, r, j)), 82, r, "back"]] : [])])));
  }
  const loss = isDone("loss", undefined, false, count) ? fraction(v.loss) : "?";
  parts.push(text(358, 286, `loss ${loss}`, { class: active("loss") ? "back strong" : "strong", "text-anchor": "end" }),
    text(2, 320, "In a box: example 0, of class 0, and below it"),
    text(2, 338, "example 1, of class 1. In front of it: its weights"),
    text(2, 356, "and their gradients.", { class: "back" }));
  return drawing(362, summary(v, count), ...parts);
}

function summary(v, count) {
  const list = (A) => [0, 1].map((r) => `(${row(A, r).map((x) => fraction(x)).join(", ")})`).join(" and ");
  const parts = ["A network with two inputs, three hidden units and two logits, for two examples"];
  if (count >= 3) parts.push(`hidden units ${list(v.Z1)}`);
  if (count >= 5) parts.push(`logits ${list(v.Z2)}`);
  if (count >= 6) parts.push(`loss ${fraction(v.loss)}`);
  if (count >= 8) parts.push(`G2 ${list(v.G2)}`);
  if (count >= 11) parts.push(`G1 ${list(v.G1)}`);
  return `${parts.join("; ")}.`;
}

export const recorded = async () => picture(compute(network()), START.y);

// ---- the figure

export function start(figure) {
  let net = network();
  let count = 0; // steps done; the last of them is the one that is told
  const place = element("div", { class: "try-place" });
  const story = element("div", { class: "try-story", role: "status" });
  const button = (words, onclick) => element("button", { type: "button", onclick }, words);
  const go = (to) => { count = Math.max(0, Math.min(STEPS.length, to)); draw(); };
  const back = button("Back", () => go(count - 1));
  const next = button("Next", () => go(count + 1));
  next.className = "try-primary";
  const buttons = element("div", { class: "try-row" }, back, next, button("All", () => go(STEPS.length)),
    button("One step downhill, η = ½", () => {
      const { dW1, dW2 } = compute(net);
      descend(net.W1, dW1, RATE);
      descend(net.W2, dW2, RATE);
      show();
    }), button("Start again", () => {
      net = network();
      count = 0;
      show();
    }));

  const error = element("p", { class: "try-error", role: "alert" });
  const fields = [];
  const table = (name) => {
    const W = net[name];
    const cell = (i, j) => {
      const field = element("input", { type: "text", inputmode: "text", autocomplete: "off", "aria-label": `${name}[${i}, ${j}], from ${FROM[name]} ${i} to ${TO[name]} ${j}`,
        onchange: () => change(name, i, j, field) });
      fields.push({ field, name, i, j });
      return element("td", {}, field);
    };
    return element("table", {}, element("caption", {}, `${name}: from a row’s ${FROM[name]} to a column’s ${TO[name]}`),
      element("tbody", {}, ...Array.from({ length: W.rows }, (_, i) => element("tr", {}, ...Array.from({ length: W.cols }, (_, j) => cell(i, j))))));
  };
  const change = (name, i, j, field) => {
    const x = parse(field.value);
    field.toggleAttribute("aria-invalid", Number.isNaN(x));
    error.textContent = Number.isNaN(x) ? `${name}[${i}, ${j}] is “${field.value}”: expected a number such as −1, 0.5 or 1/4, of at most 1,000.` : "";
    if (Number.isNaN(x)) return;
    net[name].data[i * net[name].cols + j] = x;
    draw();
  };

  const options = NAMES.flatMap((name) => Array.from({ length: net[name].data.length }, (_, k) => [name, Math.floor(k / net[name].cols), k % net[name].cols]));
  const which = element("select", { id: `${figure.id}-which`, onchange: () => compare() },
    ...options.map(([name, i, j], k) => element("option", { value: k }, `${name}[${i}, ${j}]`)));
  const delta = element("select", { id: `${figure.id}-delta`, onchange: () => compare() },
    ...["1", "0.1", "0.01", "0.001"].map((d) => element("option", { value: d, selected: d === "0.1" }, d)));
  const verdict = element("p", { class: "try-verdict", role: "status" });
  const compare = () => {
    const [name, i, j] = options[which.value];
    const d = Number(delta.value);
    const { before, after, change: by, gradient, predicted } = nudge(net, name, i, j, d);
    const five = (x) => String(Number(x.toPrecision(3))).replace("-", "−");
    verdict.textContent = `The loss goes from ${before.toFixed(5)} to ${after.toFixed(5)}, a change of ${five(by)}. The gradient says ${inBrackets(gradient)} · ${d} = ${five(predicted)}.`;
  };

  const draw = () => {
    const values = compute(net);
    const step = count ? STEPS[count - 1] : null;
    place.replaceChildren(picture(values, net.y, count, step));
    const { title, lines } = step ? told(step, values, net.y)
      : { title: "Before the first step", lines: ["Two examples wait at the left. Which hidden unit will be off for the second one?"] };
    story.replaceChildren(element("p", { class: "try-title" }, `${count} of ${STEPS.length}. ${title}`), ...lines.map((words) => element("p", {}, words)));
    back.disabled = count === 0;
    next.disabled = count === STEPS.length;
    compare();
  };
  // The weights, too, have changed.
  const show = () => {
    for (const { field, name, i, j } of fields) {
      field.value = fraction(at(net[name], i, j));
      field.removeAttribute("aria-invalid");
    }
    error.textContent = "";
    draw();
  };

  takePlace(figure, element("div", { class: "try-app", role: "group", "aria-label": "The tiny network, step by step" },
    place, buttons, story,
    element("details", {}, element("summary", {}, "Change a weight"), element("div", { class: "try-tables" }, table("W1"), table("W2")), error),
    element("details", {}, element("summary", {}, "Nudge a weight, and compare with its gradient"),
      element("div", { class: "try-row" }, element("label", { for: which.id }, "Move"), which, element("label", { for: delta.id }, "by δ ="), delta), verdict)));
  show();
}
