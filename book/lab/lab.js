// The live laboratory: settings, a worker that trains, and what is seen of it.

import { number } from "./chart.js";
import { Controls } from "./controls.js";
import { loadDigits } from "./digits.js";
import { element, focusOn, percent } from "./dom.js";
import { matrix } from "./matrix.js";
import { meanSquare } from "./measure.js";
import { Pad } from "./pad.js";
import { CLASSES, INPUTS, prediction } from "./schemes.js";
import { fromHash, toHash, toPython } from "./settings.js";
import { View } from "./view.js";

const RUNS = 4; // on the charts at once
const LONG = 33; // columns of code that a phone shows in a box, as in finish_pages.py
const QUIET = matchMedia("(prefers-reduced-motion: reduce)");
const LEAST = () => (QUIET.matches ? 1000 : 120); // milliseconds between two drawings
const PROMPT = "Before you press Train: what will the first loss be?";
const SHARED = "Train this run";
const ENDED = ["finished", "diverged", "still"];

class Laboratory {
  constructor(place, digits) {
    this.place = place;
    this.digits = digits;
    // The mean of ‖x‖² over the test digits, whose logits are measured
    this.meanSquare = INPUTS * meanSquare(Float64Array.from(digits.test.pixels, (p) => p / 255));
    this.runs = []; // the current one last
    this.ids = 0;
    this.controls = new Controls((settings) => this.changed(settings));
    this.view = new View(digits.test, {
      onremove: (run) => this.remove(run),
      onchoose: (i) => this.pad.choose(i),
    });
    this.pad = new Pad(digits.test);
    this.build();
    this.startWorker();
    addEventListener("pagehide", () => this.stopWorker());
    addEventListener("pageshow", (event) => event.persisted && this.restart());
    addEventListener("hashchange", () => this.readHash());
    addEventListener("resize", () => {
      this.shown = null;
      this.draw();
    });
    new MutationObserver(() => this.view.draw())
      .observe(document.documentElement, { attributeFilter: ["data-theme"] });
    for (const link of document.querySelectorAll("a.lab-set")) {
      link.href = `#${link.dataset.settings}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.pushState(null, "", link.href);
        this.readHash(link);
      });
    }
    this.readHash();
  }

  build() {
    const button = (text, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, text);
    this.trainButton = button("Train", () => this.toggle(), { class: "lab-primary" });
    this.stepButton = button("One batch", () => this.stepOnce());
    this.resetButton = button("Reset", () => this.reset());
    this.status = element("p", { class: "lab-status" });
    this.live = element("p", { class: "lab-hidden", role: "status" });
    this.prompt = element("p", { class: "lab-prompt", tabindex: -1 }, PROMPT);
    this.why = element("details", { class: "lab-why", hidden: true, ontoggle: () => this.explain() },
      element("summary", {}, "Tried it? What to look for, and why"), element("div"));
    this.guess = element("input", { id: "lab-guess", type: "text", inputmode: "decimal", autocomplete: "off" });
    this.verdict = element("p", { class: "lab-note lab-guess-verdict" });
    this.formula = element("dl");
    this.python = element("pre", { tabindex: 0, "aria-label": "Python" });
    this.copied = element("p", { class: "lab-note", role: "status" });
    this.pace = element("select", { id: "lab-pace", onchange: () => this.current.status.name === "running" && this.train() },
      element("option", { value: "full" }, "as fast as it can"), element("option", { value: "slow" }, "ten steps a second"));
    this.keep = element("input", { type: "checkbox", checked: true });

    this.controls.more.append(
      element("div", { class: "lab-row" }, element("label", { for: "lab-pace" }, "Speed"), this.pace),
      element("label", { class: "lab-check" }, this.keep, "Keep earlier runs on the charts"));
    const share = element("details", { class: "lab-section lab-share-box", ontoggle: () => this.showPython() },
      element("summary", {}, "Share this run, or make it in Python"),
      element("div", { class: "lab-buttons" },
        button("Copy link", () => this.copy(location.href.split("#")[0] + toHash(this.controls.settings), "The link")),
        button("Copy Python", () => this.copy(toPython(this.controls.settings), "The Python call"))),
      this.copied, this.python,
      element("p", { class: "lab-note" }, "The same network, digits, order and step; but NumPy draws other starting weights from the same seed, so the curves agree in kind, not in every digit."));
    const app = element("section", { class: "lab-app", "aria-label": "Laboratory" },
      this.prompt,
      element("div", { class: "lab-guess" }, element("label", { for: "lab-guess" }, "My guess of the first loss"), this.guess),
      this.verdict,
      this.why,
      element("div", { class: "lab-bar", role: "group", "aria-label": "Training" },
        element("div", { class: "lab-buttons" }, this.trainButton, this.stepButton, this.resetButton), this.status),
      element("div", { class: "lab-columns" }, this.controls.element, this.view.curves),
      this.live,
      element("details", { class: "lab-section" },
        element("summary", {}, "What the formula says of the first loss"), this.formula),
      this.view.inside, this.view.digits,
      element("details", { class: "lab-section", open: true }, element("summary", {}, "Draw a digit"), this.pad.element),
      share);
    this.app = app;
    this.place.replaceChildren(app);
    this.columns = app.querySelector(".lab-columns");
    const wide = app.clientWidth >= 700;
    this.controls.more.open = wide;
    this.view.inside.open = wide;
    this.bar();
  }

  // The buttons come first for the keyboard. They are seen above the curves where there are two
  // columns, and at the bottom of a phone.
  bar() {
    const bar = this.app.querySelector(".lab-bar");
    if (this.app.clientWidth >= 700) this.columns.prepend(bar);
  }

  // ---- the worker

  startWorker() {
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this.progress(data);
    this.worker.onerror = ({ message }) => {
      this.status.textContent = `The training program does not run in this browser: ${message ?? "it cannot be loaded"}.`;
      this.say(this.status.textContent);
    };
    this.worker.postMessage({ type: "digits", ...this.digits });
  }

  stopWorker() {
    this.worker?.terminate();
    this.worker = null;
  }

  restart() {
    if (this.worker) return; // it was never stopped
    this.startWorker();
    this.prepare(); // the weights went with the old worker
  }

  send(message) {
    this.worker?.postMessage(message);
  }

  // ---- settings

  // The settings of a link: one of the page's experiments, by click or by name, or an address
  // that holds settings. Other addresses, such as a heading's, are none of our business.
  readHash(link = null) {
    const { hash } = location;
    const named = hash.includes("=") ? null : document.getElementById(hash.slice(1));
    const experiment = link ?? (named?.matches("a.lab-set") ? named : null);
    if (!experiment && !hash.includes("=") && this.current) return;
    const text = experiment?.dataset.settings ?? (hash.includes("=") ? hash : "");
    const { settings, errors, texts } = fromHash(text);
    this.controls.show(settings, errors, texts, { fresh: true });
    this.ask(experiment);
    this.guess.value = "";
    this.prepare();
    if (hash.includes("=") && !experiment) this.welcome();
    if (experiment) {
      this.view.zoomIn("firstEpoch" in experiment.dataset);
      this.app.scrollIntoView({ behavior: QUIET.matches ? "auto" : "smooth", block: "start" });
      focusOn(this.prompt);
    }
  }

  // Who follows a link to a run comes for that run.
  welcome() {
    this.app.scrollIntoView({ behavior: "instant", block: "start" });
    this.trainButton.textContent = SHARED;
    this.shared = true;
    focusOn(this.trainButton);
  }

  // What to predict; of an experiment, its explanation too, folded.
  ask(experiment) {
    this.prompt.textContent = experiment?.dataset.prompt ?? PROMPT;
    this.explanation = experiment && document.getElementById(experiment.dataset.why);
    this.why.hidden = !this.explanation;
    this.why.open = false;
  }

  // Copied when it is opened: by then its formulas are typeset.
  explain() {
    const parts = [...(this.explanation?.children ?? [])].slice(1); // without the heading
    this.why.lastChild.replaceChildren(...parts.map((part) => part.cloneNode(true)));
  }

  changed(settings) {
    history.replaceState(null, "", toHash(settings));
    const { epochs: before, ...others } = this.current.settings;
    const { epochs: after, ...now } = settings;
    if (before !== after && JSON.stringify(others) === JSON.stringify(now)) {
      this.current.settings = settings; // the same run, only longer or shorter
      if (this.current.status.name === "finished" && !this.done) this.current.status = { name: "paused" };
      if (this.current.status.name === "running") this.train();
      this.showState();
      return;
    }
    this.ask(null);
    if (this.current.steps > 0) this.guess.value = ""; // it was about another run
    this.prepare();
  }

  // A new run: its weights are drawn and shown, nothing is trained.
  prepare() {
    const settings = this.controls.settings;
    this.shared = false;
    this.keepOrDrop();
    const used = new Set(this.runs.map((run) => run.slot));
    const slot = Array.from({ length: RUNS }, (_, i) => i).find((i) => !used.has(i));
    this.current = {
      id: ++this.ids, slot, settings, points: [], epochs: [], steps: 0, stepsAnEpoch: 1,
      status: { name: "preparing" }, snapshot: null,
    };
    this.runs.push(this.current);
    this.said = null;
    this.verdict.textContent = "";
    this.send({ type: "prepare", id: this.current.id, settings });
    this.showPython();
    this.showState();
  }

  keepOrDrop() {
    const last = this.runs.at(-1);
    if (last && last.steps > 0) {
      last.snapshot = null; // its curves stay, its weights go
      last.start = null;
    }
    this.runs = this.runs.filter((run) => run.steps > 0 && this.keep.checked).slice(-(RUNS - 1));
  }

  remove(run) {
    this.runs = this.runs.filter((other) => other !== run);
    this.draw();
    this.prompt.focus({ preventScroll: true }); // the button that had the focus is gone
  }

  // ---- training

  get done() {
    return this.current.steps >= this.current.settings.epochs * this.current.stepsAnEpoch;
  }

  refused() {
    const field = this.controls.invalid;
    if (!field) return false;
    field.focus();
    this.say(`Not yet: ${field.closest(".lab-row").querySelector(".lab-error").textContent}`);
    return true;
  }

  toggle() {
    if (this.current.status.name === "running") {
      this.send({ type: "pause" });
    } else if (!this.refused()) {
      if (ENDED.includes(this.current.status.name)) this.reset();
      this.train();
    }
  }

  train() {
    if (this.current.steps === 0) this.showCurves();
    this.current.status = { name: "running" };
    this.send({ type: "train", epochs: this.current.settings.epochs, pace: this.pace.value });
    this.showState();
  }

  // On a phone the curves are below the settings: who presses Train wants to see them.
  showCurves() {
    if (this.view.curves.getBoundingClientRect().top > innerHeight * 0.6) {
      this.view.curves.scrollIntoView({ behavior: QUIET.matches ? "auto" : "smooth", block: "start" });
    }
  }

  stepOnce() {
    if (this.refused()) return;
    if (ENDED.includes(this.current.status.name)) this.reset();
    this.send({ type: "step" });
  }

  // The same settings from the start; the curves of this run make room for the new one.
  reset() {
    this.current.steps = 0;
    this.prepare();
  }

  progress(message) {
    const run = this.current;
    if (message.id !== run.id) return; // of a run that was given up
    run.points.push(...message.points);
    run.epochs.push(...message.epochs);
    const { steps, stepsAnEpoch, status, peak } = message;
    const overtaken = status.name === "ready" && run.status.name === "running"; // already pressed
    Object.assign(run, { steps, stepsAnEpoch, peak, status: overtaken ? run.status : status });
    if (message.snapshot) {
      run.snapshot = message.snapshot;
      run.start ??= message.snapshot.W1;
      if (steps === 0) this.startVariance = message.snapshot.startVariance;
    }
    this.pending = { pictures: Boolean(message.snapshot) || this.pending?.pictures };
    this.draw();
    this.showState();
    this.announce(message.epochs.filter((e) => e.epoch > 0).at(-1));
  }

  // ---- what is seen and said

  // At most one drawing in a while, and that in three pieces, so that a key or a finger never waits
  // for all of it.
  draw() {
    if (this.waiting) return;
    this.waiting = true;
    const wait = ENDED.includes(this.current.status.name) ? 0 : Math.max(0, LEAST() - (performance.now() - (this.drawn ?? 0)));
    setTimeout(() => requestAnimationFrame(() => {
      this.waiting = false;
      this.drawn = performance.now();
      this.view.runs = this.runs;
      this.view.current = this.current;
      this.view.drawCurves();
      const { snapshot } = this.current;
      if (!snapshot || snapshot === this.shown) return;
      this.shown = snapshot;
      setTimeout(() => {
        this.view.drawPictures();
        this.place.classList.add("lab-drawn"); // as high as it gets
      });
      setTimeout(() => this.showToPad());
    }), wait);
  }

  showToPad() {
    const { snapshot, settings } = this.current;
    if (!snapshot) return; // another run is being prepared
    const [W1, W2] = [matrix(INPUTS, settings.d, snapshot.W1), matrix(settings.d, CLASSES, snapshot.W2)];
    this.pad.update({ W1, W2, steps: snapshot.steps });
  }

  showState() {
    const run = this.current;
    const { name } = run.status;
    this.trainButton.textContent = name === "running" ? "Pause"
      : name === "paused" && run.steps > 0 ? "Continue" : ENDED.includes(name) ? "Train again" : this.shared ? SHARED : "Train";
    this.app.dataset.state = name;
    this.app.dataset.steps = run.steps;
    this.status.textContent = this.sentence(run);
    this.showFormula();
    this.judgeGuess(run);
  }

  sentence(run) {
    const { status, epochs, steps, stepsAnEpoch, settings, peak } = run;
    const last = epochs.at(-1);
    const numbers = last && ` Training loss ${number(last.train.loss)}, test error ${percent(last.test.error)}.`;
    const dead = last?.train.dead ? ` Dead hidden units: ${last.train.dead} of ${settings.d}.` : "";
    const first = epochs[0]?.train.loss;
    const rose = steps > 0 && peak && peak.loss > 1.5 * first
      ? ` The loss of a batch rose to ${number(peak.loss)}, at step ${peak.step}.` : "";
    switch (status.name) {
      case "preparing": return "Drawing the weights …";
      case "ready": return `Ready: ${INPUTS} × ${settings.d} and ${settings.d} × ${CLASSES} weights are drawn.`;
      case "running": return `Epoch ${Math.floor(steps / stepsAnEpoch) + 1} of ${settings.epochs}, step ${steps}.${steps >= stepsAnEpoch ? numbers : ""}${rose}`;
      case "paused": return `Paused after step ${steps}, epoch ${number(steps / stepsAnEpoch)}.${steps >= stepsAnEpoch ? numbers : ""}${rose}`;
      case "finished": return `Done: ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}.${numbers}${rose}${dead}`;
      case "diverged": return `The loss is no longer a number, at step ${status.step}: lower the learning rate or the output scale.`;
      case "still": return `Nothing moves, since step ${status.step}: every hidden unit is off for all training digits, so both gradients are exactly 0. The loss stays at ${number(last.train.loss)}, which is ln 10.` +
        (settings.s1 === 0 ? " Give W1 a scale." : " The units died: lower the learning rate or the output scale.");
      default: return "";
    }
  }

  // One sentence an epoch to a screen reader, the newest where several come at once.
  announce(epoch) {
    const { status } = this.current;
    if (ENDED.includes(status.name)) this.say(this.sentence(this.current));
    else if (epoch) this.say(`Epoch ${epoch.epoch}: training loss ${number(epoch.train.loss)}, test error ${percent(epoch.test.error)}.`);
  }

  say(sentence) {
    if (sentence !== this.said) this.live.textContent = sentence;
    this.said = sentence;
  }

  judgeGuess(run) {
    if (run.steps === 0) return;
    const first = run.epochs[0].train.loss;
    const text = this.guess.value.trim();
    const guess = Number(text.replace(",", "."));
    const yours = text && Number.isFinite(guess) ? `Your guess was ${number(guess)}. ` : "";
    this.verdict.textContent = `${yours}The first loss, over all training digits, is ${first.toFixed(3)}.`;
  }

  showFormula() {
    const { settings, steps } = this.current;
    const { variance, low, high } = prediction(settings, this.meanSquare);
    const rows = [
      ["s₁² s₂² d ‖x‖² / 2, the variance of a logit, on average over the test digits", number(variance)],
      ["the same, measured for this seed", this.current.snapshot ? number(this.startVariance) : "…"],
      ["so the first loss lies, on average over seeds, between ln 10 and ln 10 + half of that", `${low.toFixed(2)} and ${number(high)}`],
      ["the same, measured", steps > 0 ? this.current.epochs[0].train.loss.toFixed(3) : "after you pressed Train"],
    ];
    const key = JSON.stringify(rows);
    if (key === this.formulaKey) return;
    this.formulaKey = key;
    this.formula.replaceChildren(...rows.flatMap(([what, value]) => [element("dt", {}, what), element("dd", {}, value)]));
  }

  showPython() {
    const lines = toPython(this.controls.settings).split(/(?<=\n)/);
    this.python.replaceChildren(...lines.map((line) => element("span", { class: line.length > LONG && "long" }, line)));
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.copied.textContent = `${what} is copied.`;
    } catch {
      this.copied.textContent = `The browser does not lend its clipboard here. ${what}: ${text}`;
    }
  }
}

// The laboratory takes its room after the page has gone to the place that a link names. A place
// below it stays where it is, until the reader moves on.
function stayBelow(place) {
  const named = document.getElementById(location.hash.slice(1));
  if (!named || !(place.compareDocumentPosition(named) & Node.DOCUMENT_POSITION_FOLLOWING)) return;
  const observer = new ResizeObserver(() => named.scrollIntoView());
  observer.observe(place);
  for (const move of ["wheel", "touchmove", "keydown", "pointerdown", "hashchange"]) {
    addEventListener(move, () => observer.disconnect(), { once: true, passive: true });
  }
}

const place = document.getElementById("lab");
stayBelow(place);
try {
  // By name, for the curious with a console, and for the tests.
  globalThis.laboratory = new Laboratory(place, await loadDigits());
} catch (error) {
  place.replaceChildren(element("p", { class: "lab-failure", role: "alert" }, `The laboratory cannot start: ${error.message}.`));
}
