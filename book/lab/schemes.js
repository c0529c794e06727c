// Starting weights: the standard deviations of W1 and W2 under each scheme of
// simple_ml/initialization.py, and what they mean for the first forward pass.

import { matrix } from "./matrix.js";
import { DRAWS, generator } from "./random.js";

export const INPUTS = 784;
export const CLASSES = 10;

const RULES = {
  hw0: (fanIn, fanOut) => 1 / Math.sqrt(fanOut),
  fan_in: (fanIn) => 1 / Math.sqrt(fanIn),
  he: (fanIn) => Math.sqrt(2 / fanIn),
  he_fan_out: (fanIn, fanOut) => Math.sqrt(2 / fanOut),
  glorot: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
  pytorch: (fanIn) => 1 / Math.sqrt(3 * fanIn),
  unit: () => 1,
  zeros: () => 0,
};

const both = (name, words, variance, draw = "normal") =>
  ({ name, words, title: `${words}: ${variance}`, rules: [name, name], draw });

// One rule a layer: simple_ml's name, the name in sentences and in the list, the rules of W1 and W2.
export const SCHEMES = [
  both("hw0", "the course’s rule", "1/fan-out"),
  both("fan_in", "fan-in", "1/fan-in (LeCun)"),
  both("he", "He", "2/fan-in"),
  both("he_fan_out", "He by fan-out", "2/fan-out"),
  both("glorot", "Glorot", "2/(fan-in + fan-out)"),
  both("pytorch", "PyTorch’s rule", "1/(3 fan-in), uniform", "uniform"),
  both("unit", "one", "variance 1"),
  both("zeros", "zeros", "no weights"),
  {
    name: "hw0+fan_in",
    words: "mean-field",
    title: "mean-field (μP): 1/hidden_dim",
    rules: ["hw0", "fan_in"],
    draw: "normal",
  },
];

export const inWords = (name) => SCHEMES.find((entry) => entry.name === name).words;

// The standard deviations of W1 (784 × d) and W2 (d × 10), and the distribution.
export function scheme(name, d) {
  const { rules, draw } = SCHEMES.find((entry) => entry.name === name);
  return { s1: RULES[rules[0]](INPUTS, d), s2: RULES[rules[1]](d, CLASSES), draw };
}

// Two other coordinates for the same two numbers, 1 and 1 at fan-in: the output scale multiplies the
// product of the layers, the imbalance shifts scale from W1 to W2.
//   s1 = √(scale / imbalance / n),   s2 = √(scale · imbalance / d)
export function toScale({ s1, s2, d }) {
  return {
    scale: s1 * s2 * Math.sqrt(INPUTS * d),
    imbalance: (s2 / s1) * Math.sqrt(d / INPUTS), // NaN or infinite where a layer is all zeros
  };
}

export function fromScale({ scale, imbalance, d }) {
  return {
    s1: Math.sqrt(scale / imbalance / INPUTS),
    s2: Math.sqrt((scale * imbalance) / d),
  };
}

// Both matrices, W1 drawn first: equal seeds give the same draws under every scheme, scaled.
export function initialWeights({ d, s1, s2, draw, seed }) {
  const next = generator(seed);
  const layer = (rows, cols, std) => {
    const draws = new Float64Array(rows * cols);
    DRAWS[draw](draws, next);
    return matrix(rows, cols, Float32Array.from(draws, (z) => std * z));
  };
  return { W1: layer(INPUTS, d, s1), W2: layer(d, CLASSES, s2) };
}

// What the formula says of the first logits of inputs whose mean ‖x‖² is given. Half of the
// hidden units are on, so a logit has variance v = s1² s2² d ‖x‖² / 2; and the mean of the loss
// lies between ln k and ln k + v/2, by Jensen's inequality, used once in each direction.
export function prediction({ s1, s2, d }, meanSquare) {
  const variance = (s1 ** 2 * s2 ** 2 * d * meanSquare) / 2;
  return { variance, low: Math.log(CLASSES), high: Math.log(CLASSES) + variance / 2 };
}
