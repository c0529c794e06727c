// The output scale decides where the loss starts: 1 is fan-in, √(n/k) is the course's rule. Both give
// W1 and W2 the same numbers but for a factor, and of a factor of W1 the loss sees the product only.

import { guessFirst, drawing, line, text } from "./guess.js";
import { logTicks, node, number } from "./chart.js";
import { inputs, loadDigits } from "./digits.js";
import { map, matrix } from "./matrix.js";
import { forward, softmaxLoss } from "./network.js";
import { CLASSES, INPUTS, initialWeights, scheme } from "./schemes.js";
import { rounded } from "./settings.js";

const HIDDEN = 100, SEED = 6;
const { s1, s2 } = scheme("hw0", HIDDEN);
const LEAST = Math.log(CLASSES);
const COURSE = Math.sqrt(INPUTS / CLASSES);
const SCALES = [0.1, 100];
const COURSE_NOTCH = 39; // the nearest
const toScale = (notch) => (notch === COURSE_NOTCH ? COURSE : Number((10 ** (notch / 20 - 1)).toPrecision(2)));

let logits, labels; // of the training digits, under the course's rule

export async function prepare() {
  if (logits) return;
  const { train } = await loadDigits();
  const { W1, W2 } = initialWeights({ d: HIDDEN, s1, s2, draw: "normal", seed: SEED });
  logits = forward(matrix(train.labels.length, INPUTS, inputs(train.pixels)), W1, W2).Z2;
  labels = train.labels;
}

// The first loss, over all training digits: the output is proportional to W2.
export const measure = (scale) => softmaxLoss(map(logits, (z) => (scale / COURSE) * z), labels);

const BOX = { left: 44, right: 344, top: 26, bottom: 170, most: 100 };
const toX = (scale) => BOX.left + (Math.log(scale / SCALES[0]) / Math.log(SCALES[1] / SCALES[0])) * (BOX.right - BOX.left);
const toY = (loss) => BOX.bottom - (Math.log(loss) / Math.log(BOX.most)) * (BOX.bottom - BOX.top);

export function picture(scale, shown = true) {
  const parts = [text(0, 14, "first loss (nats) against the output scale", { class: "title" })];
  for (const loss of [1, 10, 100]) {
    parts.push(line(BOX.left, toY(loss), BOX.right, toY(loss), "grid"),
      text(BOX.left - 6, toY(loss) + 4, loss, { "text-anchor": "end" }));
  }
  for (const tick of logTicks(...SCALES)) {
    parts.push(text(toX(tick), BOX.bottom + 17, number(tick), { "text-anchor": "middle" }));
  }
  parts.push(line(BOX.left, toY(LEAST), BOX.right, toY(LEAST), "aim"),
    text(BOX.right, toY(LEAST) + 16, "log 10: knows nothing", { class: "aim", "text-anchor": "end" }),
    text(toX(1), BOX.bottom + 36, "fan-in", { "text-anchor": "middle" }),
    text(toX(COURSE), BOX.bottom + 36, "the course’s rule", { "text-anchor": "middle" }),
    ...[1, COURSE].map((scale) => line(toX(scale), BOX.bottom, toX(scale), BOX.bottom - 8, "axis")));
  let summary = "The first loss against the output scale. Nothing yet: guess first.";
  if (shown) {
    const at = (x) => `${toX(x).toFixed(1)} ${toY(Math.min(measure(x), BOX.most)).toFixed(1)}`;
    const points = Array.from({ length: 31 }, (_, i) => SCALES[0] * (SCALES[1] / SCALES[0]) ** (i / 30));
    const loss = measure(scale);
    const x = toX(scale), y = toY(loss);
    parts.push(node("path", { class: "curve", d: `M${points.map(at).join("L")}` }),
      node("circle", { class: "dot", cx: x.toFixed(1), cy: y.toFixed(1), r: 6 }),
      text(x > 200 ? x - 8 : x + 4, y - 10, loss.toFixed(2), { class: "strong", "text-anchor": x > 200 ? "end" : "start" }));
    summary = `The first loss against the output scale: it stays at 2.3 up to about 2 and then grows. At ${number(scale)} it is ${loss.toFixed(2)}.`;
  }
  return drawing(212, summary, ...parts);
}

export async function recorded() {
  await prepare();
  return picture(COURSE);
}

export function start(figure) {
  guessFirst(figure, {
    question: "100 hidden units, weights by the course’s rule, nothing learnt yet. A network that gives each digit one tenth has the loss log 10, which is 2.30. Where will this one start?",
    guess: "My guess of the first loss",
    control: "Output scale",
    notches: [0, 60, COURSE_NOTCH], // SCALES, by equal ratios
    value: toScale,
    said: number,
    prepare,
    picture,
    truth: (scale) => measure(scale).toFixed(2),
    verdict: (scale) => {
      const loss = measure(scale), over = loss - LEAST;
      return `At output scale ${number(scale)} the first loss is ${loss.toFixed(2)}, ${over.toFixed(2)} above log 10: ` +
        (over < 0.2 ? "the network knows nothing, and says so." : "the network knows nothing, and is sure of it.");
    },
    link: (scale) => `d=${HIDDEN}&s1=${rounded(s1)}&s2=${rounded((s2 * scale) / COURSE)}&lr=0.2&batch=100&seed=${SEED}&epochs=10`,
  });
}
