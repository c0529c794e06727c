/* What the search finds, and in which order: no page is needed for it.

   MiniSearch (BM25) counts words; here is what a word is, which words mean the same on this
   subject, and how much a title is worth. All rules hold for every query. */
"use strict";

const bookSearch = (() => {
  // ------------------------------------------------------------ words

  /* What is one word here, and its name. Pages keep the parts, too: there, "learning rate" is
     "learning", "rate" and "lr"; in a question it is "lr" alone. */
  const SAME = [
    [/\blearning[ -]rates?\b|\bstep[ -]sizes?\b|\balpha\b(?= too)|η/g, "lr"],
    [/\b(mini[ -]?)?batch[ -]sizes?\b|\bmini-?batch(es)?\b/g, "batch"],
    [/\bhidden[ -](dim|units?|size)\b/g, "hidden_dim"],
    [/\bback[ -]?prop(agation|agate|agating)?\b/g, "backprop"],
    [/\bfinite[ -]differences?\b|\bgrad(ient)?[ -]?check\w*|\bnumerical[ -]gradients?\b/g, "central"],
    [/\b(log|ln) ?(\(?k\)?|\(?10\)?)(?!\w)/g, "logk"],
    [/\bnot a number\b/g, "nan"],
    [/\bnumerical(ly)? (un)?stab\w+/g, "overflow"],
    [/\bmu[ -]?p\b|\bmax\w* update param\w*/g, "mup"],
    [/\bmean[ -]field\b/g, "meanfield"],
    [/\bone[ -]hot\b/g, "onehot"],
    [/\bfan[ -_](in|out)\b/g, "fan$1"],
    [/\bkaiming\b/g, "he"],
    [/\bxavier\b/g, "glorot"],
    [/%/g, "percent"],
    [/√|\bsquare[ -]root\b/g, "sqrt"],
    [/\bdivid(e|es|ed|ing|ision) by (the )?m\b|\b1 ?\/ ?m\b/g, "overm"],
    [/\b(derivative|gradient|slope) of (the |a )?relu\b|\brelu[’']?s? (derivative|gradient|slope)\b/g, "mask"],
    [/[∇∂]|\bderivatives?\b|\bgrads?\b/g, "gradient"],
    [/ℓ/g, "loss"],
  ];
  const GREEK = { "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "∞": "inf" };

  /* Each word of a line also asks for the others, at less weight. */
  const KIN = [
    "nan inf overflow infinite", "init start", "he kaiming", "lecun fanin", "glorot xavier",
    "gradient slope", "divide division scale factor normalise",
    "diverge explode spike nan", "stay stuck stick constant plateau stop falling",
    "bias intercept offset", "sqrt root", "zero 0", "hidden_dim width wide d",
    "high large big great fast", "low small little slow", "2.30 2.3 2.303 2.302 logk",
    "check verify test central", "dead die dying silent",
    "relu rectifier rectified", "label target onehot", "probability softmax", "epoch pass",
    "dtype uint8 float32 float64 type", "random seed reproducible", "transpose order side",
    "digit image picture mnist", "fast speed slow time", "average mean overm", "wrong mistake bug error",
    "accuracy error", "memory cache", "layer deep depth", "backprop backward chain",
    "curvature hessian sharpness", "kernel ntk tangent", "parse read load", "mup meanfield transfer",
    "stable overflow precision", "max maximum largest", "shift subtract", "tiny small hand worked",
    "overfit memorise test", "proof prove derive", "nothing stay", "learn train", "worse high",
    "choose pick tune find", "vanish small zero", "activation relu", "logit score",
  ].map(line => line.split(" "));

  const STOP = new Set(("a about all an and any are as at be because been but by can could did do does "
    + "doing for from get gets got had has have how i if in into is it its just me my of on or our "
    + "s should so some such t than that the their them then there these they this to too up was we "
    + "vs were what when where which while who why will with would you your").split(" "));

  /** Cut off what a word has in one form and not in another: rates, scaled, initialization. */
  function stem(word) {
    if (word.length < 4 || /[^a-z]/.test(word)) return word;
    word = word.replace(/iz(?=e|ing|ation)/, "is").replace(/isation|ise[ds]?$|ising$/, "is");
    if (/^initi/.test(word)) return "init";
    if (/^deriv/.test(word)) return "derive";
    word = word.replace(/ies$/, "y");
    if (!/(ss|us|is|as)$/.test(word)) word = word.replace(/s$/, "");
    word = word.replace(/^(.{3,}?)(ing|ed|ly|e)$/, "$1");
    return word.replace(/([bdgmnprt])\1$/, "$1");
  }

  /** Return the words of a page, or of a question: "(2.17)" is also 2.17, hidden_dim its parts. */
  function words(text, isQuestion = false) {
    text = ` ${text.toLowerCase().replace(/[αβγδεθκλμµρστ∞]/g, c => ` ${GREEK[c]} `)} `;
    for (const [what, name] of SAME) {
      text = text.replace(what, isQuestion ? ` ${name} ` : ` $& ${name} `);
    }
    text = text.normalize("NFKC").replace(/[’']s?\b/g, " ");
    const found = [];
    for (const [word] of text.matchAll(/\(\d+\.\d+\)|\d+(?:[.,]\d+)*|[\p{L}\p{N}_]+/gu)) {
      if (/^[a-z]_\d$/.test(word)) found.push(word.replace("_", ""));
      else found.push(stem(word));
      if (word.startsWith("(")) found.push(word.slice(1, -1));
      else if (/._./.test(word) && !isQuestion) found.push(...word.split("_").filter(Boolean).map(stem));
    }
    return found;
  }

  const kin = new Map();
  for (const line of KIN) {
    const stems = line.map(stem);
    for (const one of stems) kin.set(one, [...(kin.get(one) ?? []), ...stems.filter(s => s !== one)]);
  }

  /** Return the words of a question that count, unless none would be left. */
  function asked(query) {
    const all = [...new Set(words(query, true))];
    const counting = all.filter(word => !STOP.has(word));
    return counting.length ? counting : all;
  }

  // ------------------------------------------------------------ ranking

  const FIELDS = ["kind", "title", "place", "url", "lead", "text"];
  const BOOST = { title: 5, lead: 2.5, text: 1, place: 0.7 };
  const KINDS = { page: 1.2, section: 1.2, term: 1.2, symbol: 1.2, mistake: 0.8,
    figure: 0.7, table: 0.7, exercise: 0.3, equation: 0.7, function: 0.35, check: 0.25, module: 0.3, source: 0.5 };
  const DEEPER = 0.85; // of the chapters behind chapter 7, which only the curious read
  const KIN_WEIGHT = 0.3; // of a word that means much the same as one that was asked for
  const WORTH = 0.05; // of the best hit's score: what is worse is not shown

  let index = null, rows = null, titles = null;

  const chapter = row => Number(row.url.match(/^notebooks\/(\d+)/)?.[1] ?? 0);

  function begin() {
    rows = rows.map((row, id) => Object.fromEntries([["id", id], ...row.map((v, i) => [FIELDS[i], v])]));
    titles = rows.map(row => new Set(asked(row.title)));
    index = new MiniSearch({ fields: Object.keys(BOOST), tokenize: words, processTerm: term => term });
  }

  /** Make the index of the records; a second call changes nothing. */
  function build() {
    if (index) return;
    begin();
    index.addAll(rows);
  }

  /** Make it a little at a time: all at once, it would hold up what a reader types. */
  async function prepare() {
    if (index) return;
    begin();
    await index.addAllAsync(rows, { chunkSize: 10 });
  }

  /** Return which share of the words some others have; a word's kin counts for half. */
  function share(own, others) {
    const parts = own.map(word => (others.has(word) ? 1 : kin.get(word)?.some(k => others.has(k)) ? 0.5 : 0));
    return parts.reduce((sum, part) => sum + part, 0) / own.length;
  }

  /** Return the records that answer a query, the best first. */
  function find(query, limit = 50) {
    build();
    const own = asked(query);
    if (!own.length) return [];
    const weight = new Map(own.map(word => [word, 1]));
    for (const word of own) {
      for (const other of kin.get(word) ?? []) if (!weight.has(other)) weight.set(other, KIN_WEIGHT);
    }
    const last = own.at(-1);
    const found = index.search([...weight.keys()].join(" "), {
      boost: BOOST,
      tokenize: () => [...weight.keys()],
      boostTerm: term => weight.get(term),
      boostDocument: id => (KINDS[rows[id].kind] ?? 1) * (chapter(rows[id]) > 7 ? DEEPER : 1),
      prefix: term => term === last && term.length > 2,
      fuzzy: term => (weight.get(term) === 1 && /^[a-z]{6,}$/.test(term) ? 0.2 : false),
      weights: { fuzzy: 0.2, prefix: 0.4 },
    });
    for (const hit of found) {
      // Who answers more of the question goes first, and so does whom it names.
      const has = new Set(hit.queryTerms);
      const title = titles[hit.id];
      hit.score *= share(own, has) ** 2 * (1 + share(own, title) * Math.min(1, own.length / title.size));
      hit.score /= hit.queryTerms.length; // MiniSearch has multiplied by it
    }
    found.sort((a, b) => b.score - a.score);
    const good = found.filter(hit => hit.score > found[0].score * WORTH);
    return good.slice(0, limit).map(hit => ({ ...rows[hit.id], score: hit.score, terms: hit.terms }));
  }

  return { records: given => { rows = given; }, prepare, find, words, stem };
})();
