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
      leftOver: (text.match(/\\[()[\]]|\$\$|quotes \{/g) || []).length,
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
    const sticksOut = (formula) => {
      const [own, around] = [formula, formula.closest("p, li, td, dd, figcaption")]
        .map((node) => node?.getBoundingClientRect());
      return around?.width && own.width && own.right > around.right + 2;
    };
    const range = document.createRange();
    const hasEmptyLine = (heading) => {
      range.selectNodeContents(heading);
      const link = heading.querySelector("a.headerlink");
      if (link) range.setEndBefore(link);
      const text = range.getBoundingClientRect();
      const line = parseFloat(getComputedStyle(heading).lineHeight);
      return heading.getBoundingClientRect().bottom > text.bottom + 0.7 * line;
    };
    return {
      window: root.clientWidth,
      width: root.scrollWidth,
      wide: root.scrollWidth > root.clientWidth ? wide() : [],
      cut: [...document.querySelectorAll("div.math")]
        .filter((box) => box.scrollHeight > box.clientHeight + 2)
        .map((box) => `${box.id}: ${box.scrollHeight} > ${box.clientHeight}`)
        .concat([...document.querySelectorAll("article span.math > mjx-container")]
          .filter(sticksOut).map((formula) => formula.parentElement.parentElement.textContent)),
      emptyLines: [...document.querySelectorAll("article :is(h1, h2, h3)")]
        .filter((heading) => heading.checkVisibility() && hasEmptyLine(heading))
        .map((heading) => heading.textContent),
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

  // The last place that a link can lead to, where there are some: it may be in a folded box.
  lastPlace() {
    const all = [...document.querySelectorAll("article :is(section, div.math, figure, dt)[id]")];
    return all.length > 3 ? all.at(-1).id : null;
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

  // The theme asks which boxes of code scroll when nothing has changed for 300 milliseconds.
  settled() {
    dispatchEvent(new Event("resize"));
    return new Promise((resolve) => setTimeout(resolve, 300));
  },

  // A browser that has nothing new to draw may make no frame: then a second is enough.
  nextFrame() {
    return new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(resolve));
      setTimeout(resolve, 1000);
    });
  },

  // How much of a chapter is open code, and how many words and numbers its main text has.
  reading() {
    const article = document.querySelector("article.bd-article"), text = article.cloneNode(true);
    const code = [...article.querySelectorAll(".cell_input")]
      .filter((node) => node.checkVisibility())
      .reduce((sum, node) => sum + node.getBoundingClientRect().height, 0);
    for (const section of text.querySelectorAll("section section")) {
      if (/Exercises|References/.test(section.firstElementChild.textContent)) section.remove();
    }
    text.querySelectorAll("details, .admonition, .cell, figure, pre, table, .math, .equation-check, "
      + ".equation-check-of, .headerlink, .try-it").forEach((node) => node.remove());
    // Numbers of equations and chapters, and the years of references, are names.
    const names = new RegExp(String.raw`\(\d+\.\d+\)|, \d{4}[a-z]?(?=[,\]])|\[\d{4}\]`
      + String.raw`|(figures?|chapters?|sections?|equations?) [\d.]+( (and|to) [\d.]+)?`, "gi");
    // 28 × 28, 784–100–10 and 0.94 ± 0.04 are one each.
    const number = /(?<![\p{L}_\d.])[−-]?\d[\d,.]*(\s?[–×/±]\s?\d[\d,.]*)*(?![\p{L}_])/gu;
    const numbers = [...text.querySelectorAll("p, li:not(:has(p))")]
      .map((p) => [p.textContent.replace(names, "").match(number)?.length ?? 0, p.textContent]);
    return {
      code: code / article.getBoundingClientRect().height,
      words: text.textContent.match(/[\p{L}\p{N}][\p{L}\p{N}'’_-]*/gu).length,
      numbers: numbers.sort((a, b) => b[0] - a[0])[0],
    };
  },

  // The height of the first figure, and where it begins and ends in the window.
  firstFigure() {
    const figure = [...document.querySelectorAll("article :is(figure, .cell_output) :is(img, svg)")]
      .find((image) => image.checkVisibility());
    const box = figure?.getBoundingClientRect() ?? { height: 0, top: 0, bottom: Infinity };
    return [box.height, box.top + scrollY, box.bottom + scrollY];
  },

  // Displayed formulas that are cut, or smaller than the text although they would fit.
  smallFormulas() {
    const size = (node) => parseFloat(getComputedStyle(node).fontSize);
    const inline = size(document.querySelector("p span.math > mjx-container") ?? document.body);
    return [...document.querySelectorAll("section > div.math")].filter((box) => {
      if (!box.checkVisibility()) return false;
      const fits = inline * parseFloat(box.style.getPropertyValue("--width")) < box.clientWidth - 3;
      return box.scrollWidth > box.clientWidth + 1
        || fits && size(box.querySelector("mjx-container")) < inline - 0.1;
    }).map((box) => box.id);
  },

  // Printed outputs with a line that goes on below although letters of 9 pixels would fit.
  wideOutputs() {
    return [...document.querySelectorAll("article .cell_output .highlight pre")]
      .filter((pre) => pre.checkVisibility())
      .filter((pre) => {
        const lines = pre.textContent.replace(/\n$/, "").split("\n");
        const columns = Math.max(...lines.map((line) => line.length));
        const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(pre);
        const height = pre.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
        const broken = height > (lines.length + 0.5) * parseFloat(lineHeight);
        return broken && 16 + 9 * 0.602 * columns < pre.clientWidth;
      })
      .map((pre) => pre.textContent.slice(0, 60));
  },

  // The file and the width of each figure.
  figures() {
    return [...document.querySelectorAll("article figure img.only-light")]
      .map((image) => [new URL(image.src).pathname, image.getBoundingClientRect().width]);
  },

  // Words of tables, signatures and code that are broken inside.
  broken() {
    const found = new Set(), range = document.createRange();
    for (const cell of document.querySelectorAll("article :is(td, th, dt, code, cite, h1)")) {
      if (!cell.checkVisibility()) continue;
      const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement.closest(".math")) continue;
        for (const word of node.textContent.matchAll(/[\p{L}\p{N}]{2,}/gu)) {
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          const lines = [...range.getClientRects()].filter((box) => box.width > 1)
            .map((box) => Math.round(box.top));
          if (new Set(lines).size > 1) found.add(word[0]);
        }
      }
    }
    return [...found];
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
