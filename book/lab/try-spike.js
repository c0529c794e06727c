// The course's rule and fan-in at one learning rate: what the width does to the first steps.

import { guessFirst, drawing, line, text } from "./guess.js";
import { node, number } from "./chart.js";
import { inputs, loadDigits } from "./digits.js";
import { matrix, rows } from "./matrix.js";
import { step } from "./network.js";
import { INPUTS, initialWeights, scheme } from "./schemes.js";

const RATE = 0.5, BATCH = 100, SEED = 0, STEPS = 4, WIDEST = 500;
const RULES = [["hw0", "the course’s rule"], ["fan_in", "fan-in"]];
const WIDTHS = [10, 20, 50, 100, 150, 200, 300, 400, WIDEST];

let X, y;
const known = new Map(); // a width's losses: training twice takes a second on a phone

export async function prepare() {
  if (X) return;
  const { train } = await loadDigits();
  [X, y] = [matrix(train.labels.length, INPUTS, inputs(train.pixels)), train.labels];
}

// The losses of the first batches, each before its step, by rule.
export function measure(d) {
  if (!known.has(d)) known.set(d, RULES.map(([init]) => {
    const { W1, W2 } = initialWeights({ d, ...scheme(init, d), seed: SEED });
    return Array.from({ length: STEPS }, (_, t) =>
      step(rows(X, t * BATCH, (t + 1) * BATCH), y.subarray(t * BATCH, (t + 1) * BATCH), W1, W2, RATE).loss);
  }));
  return known.get(d);
}

const BOX = { left: 44, right: 300, top: 26, bottom: 170, most: 100 };
const toX = (t) => BOX.left + 14 + (t / (STEPS - 1)) * (BOX.right - BOX.left - 28);
const toY = (loss) => BOX.bottom - (Math.log(Math.min(loss, BOX.most)) / Math.log(BOX.most)) * (BOX.bottom - BOX.top);

export function picture(d, shown = true) {
  const parts = [text(0, 14, `loss of each batch (nats), ${d} hidden units`, { class: "title" })];
  for (const loss of [1, 10, 100]) {
    parts.push(line(BOX.left, toY(loss), BOX.right, toY(loss), "grid"),
      text(BOX.left - 6, toY(loss) + 4, loss, { "text-anchor": "end" }));
  }
  for (let t = 0; t < STEPS; t++) parts.push(text(toX(t), BOX.bottom + 17, t, { "text-anchor": "middle" }));
  parts.push(text((BOX.left + BOX.right) / 2, BOX.bottom + 36, "steps taken", { "text-anchor": "middle" }));
  let summary = "The loss of the first batches. Nothing yet: guess first.";
  if (shown) {
    const runs = measure(d);
    runs.forEach((losses, i) => { // the course’s rule in the colour that it has in every figure
      const points = losses.map((loss, t) => [toX(t).toFixed(1), toY(loss).toFixed(1)]);
      parts.push(node("path", { class: `curve run-${1 - i}`, d: `M${points.map((p) => p.join(" ")).join("L")}` }),
        ...points.map(([cx, cy]) => node("circle", { class: `dot run-${1 - i}`, cx, cy, r: 4 })));
      const [x, at] = points.at(-1);
      parts.push(...RULES[i][1].split(" ").map((word, n, all) =>
        text(Number(x) + 8, Number(at) + 4 + 15 * (n - (all.length - 1) / 2), word, { class: `run-${1 - i}` })));
    });
    summary = `The loss of the first ${STEPS} batches with ${d} hidden units and learning rate ${RATE}. ` +
      RULES.map(([, name], i) => `${name}: ${runs[i].map(number).join(", ")}`).join(". ") + ".";
  }
  return drawing(212, summary, ...parts);
}

export async function recorded() {
  await prepare();
  return picture(WIDEST);
}

export function start(figure) {
  guessFirst(figure, {
    question: `${WIDEST} hidden units, the course’s rule, learning rate ${RATE}. The first batch’s loss is about 3.5. After one step, what will the second loss be?`,
    guess: "My guess of the second loss",
    control: "Hidden units",
    notches: [0, WIDTHS.length - 1, WIDTHS.length - 1],
    value: (notch) => WIDTHS[notch],
    said: String,
    prepare,
    picture,
    truth: (d) => number(measure(d)[0][1]),
    verdict: (d) => {
      const [course, fanIn] = measure(d);
      return `With ${d} hidden units one step takes the loss from ${number(course[0])} to ${number(course[1])} under the course’s rule, ` +
        `and from ${number(fanIn[0])} to ${number(fanIn[1])} under fan-in.`;
    },
    link: (d) => `d=${d}&init=hw0&lr=${RATE}&batch=${BATCH}&seed=${SEED}&epochs=10`,
  });
}
