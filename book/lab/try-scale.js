// Three scores times a number: the order of the probabilities stays, the confidence does not.

import { guessFirst, drawing, line, text } from "./guess.js";
import { node } from "./chart.js";
import { percent } from "./dom.js";
import { matrix } from "./matrix.js";
import { softmax, softmaxLoss } from "./network.js";

export const SCORES = [2, 1, -1];
const TRUTH = 1;
const FIRST = 10;

export function measure(scale) {
  const Z = matrix(1, SCORES.length, Float64Array.from(SCORES, (h) => scale * h));
  return { shares: [...softmax(Z).data], loss: softmaxLoss(Z, [TRUTH]) };
}

const written = (x) => String(Number(x.toPrecision(3))).replace("-", "−");

export function picture(scale, shown = true) {
  const { shares, loss } = measure(shown ? scale : 1);
  const times = shown ? scale : 1;
  const summary = `Probabilities of the scores ${SCORES.join(", ")} times ${written(times)}: ` +
    `${shares.map((s) => percent(s)).join(", ")}. The loss is ${loss.toFixed(2)} if class ${TRUTH} is the truth.`;
  const parts = [text(0, 16, `scores times ${written(times)}`, { class: "title" })];
  shares.forEach((share, i) => {
    const y = 32 + 34 * i;
    parts.push(text(0, y + 17, `class ${i}${i === TRUTH ? ", true" : ""}`, { class: i === TRUTH ? "strong" : "" }),
      text(136, y + 17, written(times * SCORES[i]), { "text-anchor": "end" }),
      node("rect", { class: i === TRUTH ? "bar one" : "bar", x: 148, y, width: Math.max(1, 148 * share), height: 24 }),
      text(300, y + 17, percent(share)));
  });
  return drawing(164, summary, ...parts, line(148, 28, 148, 128, "axis"),
    text(0, 154, `loss = −log ${shares[TRUTH].toPrecision(2)} = ${loss.toFixed(2)}`, { class: "strong" }));
}

export const recorded = async () => picture(FIRST);

export function start(figure) {
  guessFirst(figure, {
    question: `Three classes have the scores 2, 1 and −1, and class 1 is the truth: the loss is 1.35. Multiply all three scores by ${FIRST}. What will the loss be?`,
    guess: "My guess of the loss",
    control: "Scores times",
    notches: [0, 80, 60], // 0.01 to 100, by equal ratios
    value: (notch) => (notch === 0 ? 0 : Number((10 ** (notch / 20 - 2)).toPrecision(2))),
    said: written,
    picture,
    truth: (scale) => measure(scale).loss.toFixed(2),
    verdict: (scale) => {
      const { shares, loss } = measure(scale);
      return `Times ${written(scale)}, class 0 gets ${percent(shares[0])} and the loss is ${loss.toFixed(2)}: ` +
        (scale > 1 ? "the order is the same, but a confident mistake is dear." : "the order is the same, but nobody is sure (log 3 is 1.10).");
    },
    link: (scale) => `d=100&scale=${Math.max(scale, 0.01)}&imbalance=1&lr=0.2&batch=100&seed=0&epochs=10`,
  });
}
