// Line charts and histograms as SVG: text that scales and can be read aloud, colours from the
// style sheet, so that both themes follow.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 46, right: 10, top: 8, bottom: 34 };

export function node(name, attributes = {}, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// About `count` round numbers between low and high.
export function ticks(low, high, count = 5) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((s) => s * power >= raw * 0.999) * power;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

// Powers of ten, with 2 and 5 between them where there are few.
export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const decades = last - first;
  const every = Math.max(1, Math.ceil(decades / 6));
  const between = Math.log10(high / low) <= 2.2 ? [1, 2, 5] : [1];
  const found = [];
  for (let e = first; e <= last; e++) {
    if (e % every) continue;
    for (const f of between) found.push(Number(`${f}e${e}`));
  }
  return found.filter((t) => t >= low * 0.999 && t <= high * 1.001);
}

export function number(x) {
  if (!Number.isFinite(x)) return "not a number";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e5 || size < 1e-3) return x.toExponential(1).replace("e+", "e");
  return String(Number(x.toPrecision(3)));
}

// At most two points a pixel: the least and the largest of those that fall on it.
function thinned(points, toX) {
  if (points.length < 800) return points;
  const kept = [];
  let column = [], at = null;
  const flush = () => {
    if (!column.length) return;
    let low = column[0], high = column[0];
    for (const p of column) {
      if (p[1] < low[1]) low = p;
      if (p[1] > high[1]) high = p;
    }
    kept.push(...(low === high ? [low] : low[0] < high[0] ? [low, high] : [high, low]));
    column = [];
  };
  for (const point of points) {
    const pixel = Math.round(toX(point[0]));
    if (pixel !== at || !Number.isFinite(point[1])) flush();
    at = pixel;
    column.push(point);
  }
  flush();
  return kept;
}

// series: [{ points: [[x, y], …], run, kind: "line" | "dots", label }]
export function lineChart(box, { series, xLabel, yLabel, xMax, log = false, percent = false, height = 190, summary }) {
  const width = Math.max(220, Math.floor(box.clientWidth) || 300);
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const usable = (y) => Number.isFinite(y) && (!log || y > 0);
  let low = Infinity, high = -Infinity;
  for (const { points } of series) {
    for (const [x, y] of points) {
      if (x <= xMax && usable(y)) {
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
    }
  }
  if (low > high) [low, high] = log ? [0.1, 10] : [0, 1];
  if (log) {
    if (high < low * 2) [low, high] = [low / 1.5, high * 1.5];
    else [low, high] = [low / 1.12, high * 1.12];
  } else [low, high] = [0, high === 0 ? 1 : high * 1.06];
  const value = log ? Math.log : (y) => y;
  const toX = (x) => MARGIN.left + (x / xMax) * inner.width;
  const toY = (y) => MARGIN.top + (1 - (value(y) - value(low)) / (value(high) - value(low))) * inner.height;

  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": summary });
  for (const t of log ? logTicks(low, high) : ticks(low, high, 4)) {
    const y = toY(t).toFixed(1);
    svg.append(node("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }));
    const label = percent ? `${number(t * 100)} %` : number(t);
    svg.append(node("text", { x: MARGIN.left - 6, y, dy: "0.32em", "text-anchor": "end" }, label));
  }
  for (const t of ticks(0, xMax, Math.min(6, Math.max(2, inner.width / 60)))) {
    svg.append(node("text", { x: toX(t).toFixed(1), y: height - MARGIN.bottom + 14, "text-anchor": "middle" }, number(t)));
  }
  svg.append(node("line", { class: "axis", x1: MARGIN.left, x2: width - MARGIN.right, y1: height - MARGIN.bottom, y2: height - MARGIN.bottom }));
  svg.append(node("text", { class: "name", x: MARGIN.left + inner.width / 2, y: height - 4, "text-anchor": "middle" }, xLabel));

  for (const { points, run, kind = "line" } of series) {
    const group = node("g", { class: `series run-${run} ${kind}` });
    let path = "", pen = false, ends = [];
    const shown = thinned(points.filter(([x]) => x <= xMax), toX);
    shown.forEach(([x, y], i) => {
      if (usable(y)) {
        path += `${pen ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`;
        if (!pen && !usable(shown[i + 1]?.[1])) ends.push([x, y]); // alone, a line of no length
        pen = true;
      } else {
        pen = false;
        if (!Number.isFinite(y)) {
          const cross = { class: "lost", x: toX(x).toFixed(1), y: MARGIN.top + 12, "text-anchor": "middle" };
          group.append(node("text", cross, "×"));
        }
      }
    });
    if (path) group.append(node("path", { d: path }));
    if (kind === "dots") {
      const every = Math.ceil(shown.length / 25);
      ends = shown.filter(([, y], i) => usable(y) && (i % every === 0 || i === shown.length - 1));
    }
    for (const [x, y] of ends) {
      group.append(node("circle", { cx: toX(x).toFixed(1), cy: toY(y).toFixed(1), r: kind === "dots" ? 3 : 2.5 }));
    }
    svg.append(group);
  }
  box.replaceChildren(node2("p", "lab-y-name", yLabel), svg);
}

function node2(name, className, text) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

// Two sets of shares over the same bins: at the start (a line), and now (filled).
export function histogram(box, { start, now, extent, xLabel, summary, height = 130 }) {
  const width = Math.max(220, Math.floor(box.clientWidth) || 300);
  const margin = { left: 8, right: 8, top: 6, bottom: 32 };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const high = Math.max(...start, ...now) || 1;
  const toX = (bin) => margin.left + (bin / start.length) * inner.width;
  const toY = (share) => margin.top + (1 - share / high) * inner.height;
  const outline = (shares) => {
    let path = `M${toX(0)} ${toY(0)}`;
    shares.forEach((share, i) => {
      path += `L${toX(i).toFixed(1)} ${toY(share).toFixed(1)}L${toX(i + 1).toFixed(1)} ${toY(share).toFixed(1)}`;
    });
    return `${path}L${toX(shares.length).toFixed(1)} ${toY(0)}Z`;
  };
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": summary });
  svg.append(node("path", { class: "now", d: outline([...now]) }));
  svg.append(node("path", { class: "start", d: outline([...start]) }));
  const base = height - margin.bottom;
  svg.append(node("line", { class: "axis", x1: margin.left, x2: width - margin.right, y1: base, y2: base }));
  const anchors = [["start", -extent, margin.left], ["middle", 0, margin.left + inner.width / 2], ["end", extent, width - margin.right]];
  for (const [anchor, x, at] of anchors) {
    svg.append(node("text", { x: at, y: base + 13, "text-anchor": anchor }, number(x).replace("-", "−")));
  }
  svg.append(node("text", { class: "name", x: width / 2, y: height - 4, "text-anchor": "middle" }, xLabel));
  box.replaceChildren(svg);
}
