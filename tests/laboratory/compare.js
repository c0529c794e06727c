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

// A module from its text, perhaps changed; its own imports are those of the site, or given.
async function load(text, folder, replaced = {}) {
  const absolute = text.replace(/from "\.\/(.+?)"/g, (_, name) =>
    `from "${replaced[name] ?? new URL(name, folder)}"`);
  const url = URL.createObjectURL(new Blob([absolute], { type: "text/javascript" }));
  try {
    return { url, module: await import(url) };
  } finally {
    if (!text.includes("export function matrix")) URL.revokeObjectURL(url);
  }
}

// The losses before each step, as far as they are finite, and the step at which they were not.
function train(network, run, X, y, W1, W2) {
  const losses = [];
  const batches = Math.ceil(X.rows / run.batch);
  for (let t = 0; t < run.steps; t++) {
    const start = (t % batches) * run.batch, end = Math.min(start + run.batch, X.rows);
    const part = { rows: end - start, cols: X.cols, data: X.data.subarray(start * X.cols, end * X.cols) };
    const { loss } = network.step(part, y.subarray(start, end), W1, W2, run.lr);
    if (!Number.isFinite(loss)) return { losses, lost: t };
    losses.push(loss);
  }
  return { losses, lost: null };
}

function runAll(network, runs) {
  return runs.map((run) => {
    const as = (name) => ({ rows: run[name].shape[0], cols: run[name].shape[1], data: decode(run[name]) });
    return train(network, run, as("X"), decode(run.y), as("W1"), as("W2"));
  });
}

// sources: { "network.js": text, "matrix.js": text }
export async function losses({ folder, sources, runs }) {
  const kernels = await load(sources["matrix.js"], folder);
  const { module } = await load(sources["network.js"], folder, { "matrix.js": kernels.url });
  return runAll(module, runs);
}

// The same for changed sources: for each change whether it is noticed, and how.
export async function mutants({ folder, sources, changes, runs, expected }) {
  const results = [];
  for (const { file, text } of changes) {
    try {
      const found = await losses({ folder, sources: { ...sources, [file]: text }, runs });
      results.push(found.some((run, i) => disagrees(run, expected[i])) ? "disagrees" : "not noticed");
    } catch (error) {
      results.push(`fails: ${error}`);
    }
  }
  return results;
}

export function disagrees(found, expected) {
  return found.lost !== expected.lost || found.losses.length !== expected.losses.length ||
    found.losses.some((loss, i) => !(Math.abs(loss - expected.losses[i]) <= 1e-4 * Math.abs(expected.losses[i])));
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
