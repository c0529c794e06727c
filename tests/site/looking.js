// What the checks of checks.py ask a page in the browser. The file is one expression, an object;
// `ask(page, "content")` evaluates it in the page and calls content().
({
  // What the page shows.
  content() {
    const text = [...document.querySelectorAll(".bd-article, article")]
      .map((article) => {
        const copy = article.cloneNode(true);
        copy.querySelectorAll("pre, code, script, mjx-container").forEach((node) => node.remove());
        return copy.textContent;
      }).join("\n");
    const visible = (node) => node.checkVisibility();
    const kinds = new Map([...document.querySelectorAll("mjx-c")].map((c) => [c.className, c]));
    const theme = document.documentElement.dataset.theme;
    return {
      theme,
      maths: document.querySelectorAll(".math").length,
      typeset: document.querySelectorAll("mjx-container").length,
      blank: [...kinds.values()]
        .filter((node) => !/^"./.test(getComputedStyle(node, "::before").content))
        .map((node) => node.className),
      leftOver: (text.match(/\\[()[\]]|\$\$/g) || []).length,
      images: [...document.images].filter((image) => !image.naturalWidth && visible(image))
        .map((image) => image.src),
      unsized: [...document.images].filter((image) => !(image.width && image.height)
        || !(image.getAttribute("width") && image.getAttribute("height")))
        .filter(visible).map((image) => image.src),
      unreadable: theme !== "dark" ? [] : [...document.querySelectorAll("article img")]
        .filter(visible)
        .filter((image) => !image.matches(".drawing, .only-dark"))
        .filter((image) => getComputedStyle(image).backgroundColor !== "rgb(255, 255, 255)")
        .map((image) => image.src),
    };
  },

  // What does not fit into the window.
  layout() {
    const root = document.documentElement;
    const clips = (node) => {
      for (let box = node.parentElement; box; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== "visible") return true;
      return false;
    };
    const wide = () => [...document.querySelectorAll("main *")]
      .filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1 && !clips(node))
      .slice(0, 3)
      .map((node) => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 40)}`);
    return {
      window: root.clientWidth,
      width: root.scrollWidth,
      wide: root.scrollWidth > root.clientWidth ? wide() : [],
      cut: [...document.querySelectorAll("div.math")]
        .filter((box) => box.scrollHeight > box.clientHeight + 2)
        .map((box) => `${box.id}: ${box.scrollHeight} > ${box.clientHeight}`),
    };
  },

  // How far what one sees has jumped since the page was opened.
  shifts() {
    return new Promise((resolve) => {
      const shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries()))
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(shifts.map((shift) => shift.value)), 50);
    });
  },

  // A chapter has ten thousand nodes, nine tenths of them inside formulas and highlighted code.
  // One formula and one token of each kind stay, and all boxes: the rest would say the same again.
  keepOneOfAKind() {
    for (const kind of ["div.math > mjx-container", "span.math > mjx-container"]) {
      [...document.querySelectorAll(kind)].slice(1).forEach((node) => node.replaceChildren("x"));
    }
    const seen = new Set();
    for (const token of document.querySelectorAll("pre span[class]")) {
      const kind = token.className + " in " + token.closest("[class*=highlight-]")?.className;
      if (seen.has(kind) && !token.querySelector("a")) token.replaceWith(token.textContent);
      seen.add(kind);
    }
    document.querySelectorAll("pre").forEach((node) => node.normalize());
  },

  nextFrame() {
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  },

  // Whether what has the focus shows it.
  unmarked() {
    const node = document.activeElement, style = getComputedStyle(node);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    if (node === document.body || outlined || style.boxShadow !== "none") return null;
    return `no focus mark on ${node.tagName}.${node.className}`;
  },

  // What each copy button puts on the clipboard. The text is not shown meanwhile: each press
  // makes the browser lay out the page.
  copied() {
    const article = document.querySelector("article"), copy = document.execCommand;
    let text = null;
    document.execCommand = () => { text = document.activeElement.value; return true; };
    article.hidden = true;
    const texts = [...document.querySelectorAll("button.copybtn")].map((button) => {
      text = null;
      button.click();
      return text ?? "";
    });
    article.hidden = false;
    document.execCommand = copy;
    return texts;
  },
})
