// Runs in the browser: the laboratory's modules against numbers that come from Python.

const TYPES = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array };

function decode({ dtype, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new TYPES[dtype](bytes.buffer);
}

function encode(array) {
  let text = "";
  for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

// The losses before each step, as far as they are finite, and the step at which they were not.
export async function losses({ folder, run }) {
  const { step } = await import(new URL("network.js", folder));
  const as = (name) => ({ rows: run[name].shape[0], cols: run[name].shape[1], data: decode(run[name]) });
  const [X, y, W1, W2] = [as("X"), decode(run.y), as("W1"), as("W2")];
  const losses = [];
  const batches = Math.ceil(X.rows / run.batch);
  for (let t = 0; t < run.steps; t++) {
    const start = (t % batches) * run.batch, end = Math.min(start + run.batch, X.rows);
    const part = { rows: end - start, cols: X.cols, data: X.data.subarray(start * X.cols, end * X.cols) };
    const { loss } = step(part, y.subarray(start, end), W1, W2, run.lr);
    if (!Number.isFinite(loss)) return { losses, lost: t };
    losses.push(loss);
  }
  return { losses, lost: null };
}

export async function weights({ folder, settings }) {
  const { initialWeights } = await import(new URL("schemes.js", folder));
  const { W1, W2 } = initialWeights(settings);
  return { W1: encode(W1.data), W2: encode(W2.data) };
}

export async function centred({ folder, ink, side }) {
  const { centre } = await import(new URL("centre.js", folder));
  const image = centre(decode(ink), side);
  return image && encode(image);
}
