// The two-layer ReLU network, as in simple_ml/two_layer.py: six equations, and a step.
//
//   Z1 = ReLU(X W1)             (m, d)   forward
//   Z2 = Z1 W2                  (m, k)   forward
//   G2 = S − I_y                (m, k)   backward
//   G1 = 1{Z1>0} ∘ (G2 W2ᵀ)     (m, d)   backward
//   ∇W1 = Xᵀ G1 / m             (n, d)   backward
//   ∇W2 = Z1ᵀ G2 / m            (d, k)   backward

import { map, product, productTransposed, transposedProduct, zip, zerosLike } from "./matrix.js";

export function forward(X, W1, W2) {
  const Z1 = relu(product(X, W1)); // (m, d)
  const Z2 = product(Z1, W2); // (m, k)
  return { Z1, Z2 };
}

export function relu(A) {
  return map(A, (a) => (a < 0 ? 0 : a)); // a NaN stays one, as in NumPy
}

export function backward(X, y, W2, { Z1, Z2 }) {
  const m = X.rows;
  const G2 = zip(softmax(Z2), oneHot(y, Z2), (s, i) => s - i); // (m, k)
  const G1 = zip(Z1, productTransposed(G2, W2), (z, g) => (z > 0 ? g : 0)); // (m, d)
  const dW1 = transposedProduct(X, map(G1, (g) => g / m)); // (n, d)
  const dW2 = transposedProduct(Z1, map(G2, (g) => g / m)); // (d, k)
  return { G2, G1, dW1, dW2 };
}

// One step of gradient descent on a batch: changes W1 and W2, both gradients being computed
// before; returns the loss before the step, and the gradients.
export function step(X, y, W1, W2, lr) {
  const Z = forward(X, W1, W2);
  const { dW1, dW2 } = backward(X, y, W2, Z);
  descend(W1, dW1, lr);
  descend(W2, dW2, lr);
  return { loss: softmaxLoss(Z.Z2, y), dW1, dW2 };
}

// W −= lr · dW, in place
export function descend(W, dW, lr) {
  for (let i = 0; i < W.data.length; i++) W.data[i] -= lr * dW.data[i];
}

// The probabilities of each row of logits. Its maximum is subtracted, so that no exp overflows.
export function softmax(Z) {
  const S = zerosLike(Z);
  for (let i = 0; i < Z.rows; i++) {
    const z = row(Z, i);
    const top = maximum(z);
    let sum = 0;
    for (const a of z) sum += Math.exp(a - top);
    for (let j = 0; j < Z.cols; j++) S.data[i * Z.cols + j] = Math.exp(z[j] - top) / sum;
  }
  return S;
}

// I_y, with as many columns as Z and numbers of its type
export function oneHot(y, Z) {
  const I = zerosLike(Z);
  for (let i = 0; i < Z.rows; i++) I.data[i * Z.cols + y[i]] = 1;
  return I;
}

// The mean over the rows of log Σ exp(z) − z_y
export function softmaxLoss(Z, y) {
  let loss = 0;
  for (let i = 0; i < Z.rows; i++) {
    const z = row(Z, i);
    const top = maximum(z);
    let sum = 0;
    for (const a of z) sum += Math.exp(a - top);
    loss += Math.log(sum) - (z[y[i]] - top);
  }
  return loss / Z.rows;
}

// The share of rows whose largest logit is not the label's; the first of equals counts.
export function errorRate(Z, y) {
  let wrong = 0;
  for (let i = 0; i < Z.rows; i++) wrong += largest(row(Z, i)) !== y[i];
  return wrong / Z.rows;
}

export function largest(z) {
  let best = 0;
  for (let j = 1; j < z.length; j++) if (z[j] > z[best]) best = j;
  return best;
}

function row(Z, i) {
  return Z.data.subarray(i * Z.cols, (i + 1) * Z.cols);
}

function maximum(z) {
  let top = z[0];
  for (let j = 1; j < z.length; j++) if (!(z[j] <= top)) top = z[j]; // a NaN is passed on
  return top;
}
