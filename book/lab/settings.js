// The settings of a run: what is allowed, how a link and the Python call write them down.

import { SCHEMES, fromScale, inWords, scheme, toScale } from "./schemes.js";

export const DEFAULTS = { d: 100, init: "hw0", lr: 0.2, batch: 100, seed: 0, epochs: 10 };
export const TRAIN = 2000; // digits
export const TEST = 500;

// Every number that can be set: its limits, and the range of its slider where it has one.
// A slider stops at what is sensible; the field beside it takes whatever can be computed.
export const NUMBERS = {
  d: { name: "hidden_dim", whole: true, least: 10, most: 500, slider: [10, 500] },
  lr: { name: "The learning rate", least: 0, most: 1e15, slider: [0.001, 10] },
  s1: { name: "The standard deviation of W1", least: 0, most: 1e6, slider: [0.0001, 10], zero: true },
  s2: { name: "The standard deviation of W2", least: 0, most: 1e6, slider: [0.0001, 10], zero: true },
  scale: { name: "The output scale", least: 0, most: 1e9, slider: [0.001, 1000], zero: true },
  imbalance: { name: "The imbalance", above: 0, most: 1e9, slider: [0.0001, 10000] },
  batch: { name: "The batch size", whole: true, least: 1, most: TRAIN },
  epochs: { name: "The number of epochs", whole: true, least: 1, most: 1000 },
  seed: { name: "The seed", whole: true, least: 0, most: 2 ** 32 - 1 },
};

const words = (x) => x.toLocaleString("en-GB", { maximumSignificantDigits: 12 });

// { value } of the text in a field, or { error }: what was found, what was expected.
export function parse(key, text) {
  const { name, whole, least, above, most } = NUMBERS[key];
  const found = String(text).trim();
  const range = above === undefined ? `from ${words(least)} to ${words(most)}` :
    `above ${words(above)} and at most ${words(most)}`;
  const expected = `expected a ${whole ? "whole number" : "number"} ${range}`;
  if (found === "") return { error: `${name} is missing: ${expected}.` };
  if (/^[+-]?\d*,\d+$/.test(found)) {
    return { error: `${name} is “${found}”: write the decimals with a point, ${found.replace(",", ".")}.` };
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(found)) {
    return { error: `${name} is “${found}”: ${expected}.` };
  }
  const value = Number(found);
  const outside = value > most || (above === undefined ? value < least : value <= above);
  if (outside || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    const why = key === "batch" && value > most ? ` There are ${words(TRAIN)} training digits.` : "";
    return { error: `${name} is ${found}: ${expected}.${why}` };
  }
  return { value };
}

// The standard deviations and the distribution follow from the scheme where one is named.
export function complete(settings) {
  return settings.init ? { ...settings, ...scheme(settings.init, settings.d) } : settings;
}

// Six digits are enough for a standard deviation, and short enough for a link; a run uses the
// number that its link names.
export const rounded = (x) => Number(x.toPrecision(6));
export const short = (x) => (typeof x === "number" ? String(Number(x.toPrecision(4))) : x);

// ---- links: #d=100&init=hw0&lr=0.2&batch=100&seed=0&epochs=10, or s1, s2 and draw for init

export function toHash(settings) {
  const { d, init, s1, s2, draw, lr, batch, seed, epochs } = settings;
  const weights = init ? { init } : { s1, s2, draw };
  const entries = Object.entries({ d, ...weights, lr, batch, seed, epochs });
  return "#" + entries.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")
    .replaceAll("%2B", "+");
}

// { settings, errors, texts }: what is wrong is replaced by the default, and named.
export function fromHash(hash) {
  const given = new Map(hash.replace(/^#/, "").split("&").filter(Boolean).map((pair) => {
    const [key, value = ""] = pair.split("=");
    return [key, decode(value)];
  }));
  const settings = { ...DEFAULTS };
  const errors = {};
  const texts = {};
  const wrong = (key, error) => {
    errors[key] = error;
    texts[key] = given.get(key);
  };
  const numbers = {};
  for (const key of Object.keys(NUMBERS)) {
    if (!given.has(key)) continue;
    const { value, error } = parse(key, given.get(key));
    if (error) wrong(key, error);
    else numbers[key] = value;
  }
  for (const key of ["d", "lr", "batch", "seed", "epochs"]) {
    if (key in numbers) settings[key] = numbers[key];
  }
  if (given.has("init")) {
    const name = given.get("init");
    if (SCHEMES.some((entry) => entry.name === name)) settings.init = name;
    else wrong("init", `The link names the rule “${name}”, which the list does not have.`);
  }
  const own = ["s1", "s2", "scale", "imbalance", "draw"].filter((key) => given.has(key));
  if (own.length && !own.some((key) => errors[key])) {
    // What the link leaves open stays as the scheme has it.
    const base = scheme(settings.init, settings.d);
    const product = { ...toScale({ ...base, d: settings.d }), ...numbers };
    const weights = "scale" in numbers || "imbalance" in numbers ?
      fromScale({ ...product, d: settings.d }) : { ...base, ...numbers };
    const draw = given.get("draw") ?? base.draw;
    if (draw === "normal" || draw === "uniform") {
      Object.assign(settings, { init: null, s1: rounded(weights.s1), s2: rounded(weights.s2), draw });
    } else wrong("draw", `The link draws “${draw}” numbers; expected normal or uniform.`);
  }
  return { settings: complete(settings), errors, texts };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is shown as it is
  }
}

// ---- the same run in Python

export function toPython(settings) {
  const { d, init, s1, s2, draw, lr, batch, seed, epochs } = settings;
  const lines = [
    "import numpy as np",
    "from simple_ml import load_mnist, train_from",
    `from simple_ml.initialization import starting_weights${init ? "" : `, ${draw}`}`,
    ...(init ? [] : [
      "",
      "def scaled(std):",
      `    return lambda n, d, rng, dtype: ${draw}(std, (n, d), rng).astype(dtype)`,
    ]),
    "",
    "X_tr, y_tr, X_te, y_te = load_mnist()",
    `init = ${init ? `"${init}"` : `scaled(${s1}), scaled(${s2})`}`,
    `weights = starting_weights(init, (784, ${d}, 10), np.random.default_rng(${seed}))`,
    "run = train_from(",
    "    weights,",
    `    X_tr[:${TRAIN}], y_tr[:${TRAIN}], X_te[:${TEST}], y_te[:${TEST}],`,
    `    epochs=${epochs}, lr=${lr}, batch=${batch},`,
    ")",
  ];
  return lines.join("\n") + "\n";
}

// ---- legends: what tells these runs apart

const SHORT = { d: "width", init: "", s1: "s₁", s2: "s₂", draw: "", lr: "rate", batch: "batch", seed: "seed" };

// A label a run, made of those settings in which not all of them agree.
export function labels(runs) {
  const effective = runs.map(({ d, init, s1, s2, draw, lr, batch, seed }) => init
    ? { init, d, lr, batch, seed } : { s1, s2, draw, d, lr, batch, seed });
  const keys = Object.keys(SHORT).filter((key) =>
    new Set(effective.map((run) => run[key])).size > 1);
  return effective.map((run) => keys.filter((key) => run[key] !== undefined)
    .map((key) => `${SHORT[key]} ${key === "init" ? inWords(run[key]) : short(run[key])}`.trim()).join(", ") || "this run");
}
