// What the page shows of a network, in numbers.

import { errorRate, forward, softmaxLoss } from "./network.js";

// Loss and error on a set of digits, and how many hidden units are off for every one of them.
export function evaluate(X, y, W1, W2) {
  const { Z1, Z2 } = forward(X, W1, W2);
  return { loss: softmaxLoss(Z2, y), error: errorRate(Z2, y), dead: deadUnits(Z1) };
}

export function deadUnits(Z1) {
  const alive = new Uint8Array(Z1.cols);
  for (let i = 0, at = 0; i < Z1.rows; i++) {
    for (let j = 0; j < Z1.cols; j++, at++) if (Z1.data[at] > 0) alive[j] = 1;
  }
  return alive.length - alive.reduce((sum, on) => sum + on, 0);
}

export function meanAndStd(values) {
  let mean = 0;
  for (const x of values) mean += x;
  mean /= values.length;
  let square = 0;
  for (const x of values) square += (x - mean) ** 2;
  return { mean, std: Math.sqrt(square / values.length) };
}

// The mean over digits of the variance of their ten logits around 0: what the formula predicts.
export function meanSquare(values) {
  let sum = 0;
  for (const x of values) sum += x * x;
  return sum / values.length;
}

// How two sets of numbers are spread, in the same bins, symmetric about 0: shares of each set.
export function histograms(start, now, bins = 41) {
  let extent = 0;
  for (const values of [start, now]) {
    for (const x of values) if (Math.abs(x) > extent && Number.isFinite(x)) extent = Math.abs(x);
  }
  extent = extent || 1;
  const share = (values) => {
    const counts = new Float64Array(bins);
    for (const x of values) {
      if (!Number.isFinite(x)) continue;
      const bin = Math.floor(((x / extent + 1) / 2) * bins);
      counts[Math.min(bin, bins - 1)] += 1 / values.length;
    }
    return counts;
  };
  return { extent, start: share(start), now: share(now) };
}
