// The training loop, beside the page: it never waits for a drawing, and the page never for it.
//
// The page sends   { type: "digits", train, test }
//                  { type: "prepare", id, settings }    draw the weights, show them
//                  { type: "train", epochs, pace }      go on until that many epochs are done
//                  { type: "step" }                     one batch
//                  { type: "pause" }
// and gets         { type: "progress", id, points, epochs, status, snapshot? }
// at most about fifteen times a second, a snapshot of the weights three times.

import { inputs } from "./digits.js";
import { copy, matrix, norm, product, rows, zip } from "./matrix.js";
import { evaluate, histograms, meanAndStd, meanSquare } from "./measure.js";
import { relu, step } from "./network.js";
import { INPUTS, initialWeights } from "./schemes.js";

const SLICE = 70; // milliseconds of training between two messages
const SNAPSHOT = 350;
const PACE = { full: 0, slow: 100 }; // milliseconds a step takes at least
const POINTS = 100; // about so many points of a curve an epoch; a point is the worst of its steps

let digits; // { train: { X, y }, test: { X, y } }
let run; // of the settings that were sent last
let lastSnapshot = 0;

// Lets messages in, without the 4 ms that a timer waits.
const channel = new MessageChannel();
const turn = () => new Promise((resolve) => {
  channel.port1.onmessage = resolve;
  channel.port2.postMessage(null);
});
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const handlers = {
  digits({ train, test }) {
    const part = ({ pixels, labels }) =>
      ({ X: matrix(labels.length, INPUTS, inputs(pixels)), y: labels });
    digits = { train: part(train), test: part(test) };
  },

  prepare({ id, settings }) {
    const { W1, W2 } = initialWeights(settings);
    const m = digits.train.y.length;
    const stepsAnEpoch = Math.ceil(m / settings.batch);
    run = {
      id, settings, W1, W2, m, stepsAnEpoch,
      start: { W1: copy(W1), W2: copy(W2), ...look(W1, W2) },
      steps: 0, // taken
      stillSince: null, // the first of the latest steps at which both gradients were 0
      running: false, status: { name: "ready" },
      points: [], epochs: [], point: null, // not yet reported
      peak: { loss: -Infinity },
    };
    evaluateNow();
    report(true);
  },

  async train({ epochs, pace }) {
    Object.assign(run, { target: epochs * run.stepsAnEpoch, pace });
    if (run.running || !canGoOn()) return;
    run.running = true;
    run.status = { name: "running" };
    // While this loop waits, another run may be prepared, or this one paused and taken up again.
    const loop = {};
    run.loop = loop;
    while (run.loop === loop && run.running) {
      const until = performance.now() + SLICE;
      do takeStep(); while (!PACE[run.pace] && performance.now() < until && canGoOn());
      if (!canGoOn()) {
        run.running = false;
        if (run.status.name === "running") run.status = { name: "finished" };
      }
      report(!run.running);
      await (PACE[run.pace] ? sleep(PACE[run.pace]) : turn());
    }
  },

  step() {
    run.running = false;
    if (["diverged", "still"].includes(run.status.name)) return;
    takeStep();
    if (!["diverged", "still"].includes(run.status.name)) run.status = { name: "paused" };
    report(true);
  },

  pause() {
    if (!run?.running) return;
    run.running = false;
    run.status = { name: "paused" };
    report(true);
  },
};

self.onmessage = ({ data }) => handlers[data.type](data);

function canGoOn() {
  return run.steps < run.target && !["diverged", "still"].includes(run.status.name);
}

function takeStep() {
  const { W1, W2, settings, stepsAnEpoch, m } = run;
  const start = (run.steps % stepsAnEpoch) * settings.batch;
  const end = Math.min(start + settings.batch, m); // the last batch may be shorter
  const X = rows(digits.train.X, start, end);
  const weights = [norm(W1), norm(W2)];
  const { loss, dW1, dW2 } = step(X, digits.train.y.subarray(start, end), W1, W2, settings.lr);
  const gradients = [norm(dW1), norm(dW2)];
  run.steps += 1;
  addPoint(loss, gradients, gradients.map((g, i) => (settings.lr * g) / weights[i]));
  const still = gradients[0] === 0 && gradients[1] === 0;
  run.stillSince = still ? (run.stillSince ?? run.steps) : null;
  if (!Number.isFinite(loss)) run.status = { name: "diverged", step: run.steps };
  else if (run.steps % stepsAnEpoch === 0) evaluateNow();
}

// Points of the curves: the largest loss, the latest norms of a few steps.
function addPoint(loss, gradients, updates) {
  const size = Math.max(1, Math.floor(run.stepsAnEpoch / POINTS));
  run.latest = { gradients, updates };
  if (loss > run.peak.loss) run.peak = { loss, step: run.steps };
  run.point ??= { x: (run.steps - 1) / run.stepsAnEpoch, loss, count: 0 };
  const { point } = run;
  Object.assign(point, { gradients, updates, count: point.count + 1 });
  if (!(loss <= point.loss)) point.loss = loss;
  if (point.count === size || !Number.isFinite(loss)) {
    run.points.push(point);
    run.point = null;
  }
}

function evaluateNow() {
  const { W1, W2, steps, stepsAnEpoch } = run;
  const train = evaluate(digits.train.X, digits.train.y, W1, W2);
  const test = evaluate(digits.test.X, digits.test.y, W1, W2);
  run.dead = train.dead;
  run.epochs.push({ epoch: steps / stepsAnEpoch, train, test });
  if (!Number.isFinite(train.loss)) run.status = { name: "diverged", step: steps };
  else if (train.dead === W1.cols && run.stillSince !== null) {
    run.status = { name: "still", step: run.stillSince };
  }
}

// Pre-activations and logits of the test digits
function look(W1, W2) {
  const A1 = product(digits.test.X, W1);
  return { A1: A1.data, Z2: product(relu(A1), W2).data };
}

function report(final) {
  const now = performance.now();
  const { id, points, epochs, status, steps, stepsAnEpoch, peak } = run;
  const message = { type: "progress", id, points, epochs, status, steps, stepsAnEpoch, peak };
  if (final || now - lastSnapshot > SNAPSHOT) {
    lastSnapshot = now;
    message.snapshot = snapshot();
  }
  self.postMessage(message);
  run.points = [];
  run.epochs = [];
}

function snapshot() {
  const { W1, W2, start } = run;
  const { A1, Z2 } = look(W1, W2);
  const distance = (A, B) => norm(zip(A, B, (a, b) => a - b));
  return {
    W1: W1.data, W2: W2.data, logits: Z2, dead: run.dead, steps: run.steps,
    preactivations: { ...histograms(start.A1, A1), ...meanAndStd(A1) },
    logitSpread: { ...histograms(start.Z2, Z2), ...meanAndStd(Z2) },
    startVariance: meanSquare(start.Z2),
    active: A1.reduce((count, a) => count + (a > 0), 0) / A1.length,
    latest: run.latest,
    moved: [distance(W1, start.W1), distance(W2, start.W2)],
    norms: [norm(W1), norm(W2)],
    startNorms: [norm(start.W1), norm(start.W2)],
  };
}
