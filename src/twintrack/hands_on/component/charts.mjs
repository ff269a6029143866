/** Charts as drawings of paths: bands, curves, points; and a map of two assumptions. */
import { draw, put } from "./dom.mjs";

const EDGE = { left: 46, right: 8, top: 8, bottom: 20 };
const LETTER = 7; // width of a sign of a label at most

/** One chart; `update` moves what is there already. */
export class Chart {
  #range = null;
  #left = EDGE.left;
  #drawn = new Map(); // what each mark was drawn with
  #frame = ""; // what grid and axes were drawn for
  #xs = [];

  constructor(title) {
    this.svg = draw("svg", { class: "chart", role: "img", "aria-label": title });
    [this.grid, this.bands, this.lines, this.points, this.axis] = ["grid", "bands", "lines", "points", "axis"].map((name) => draw("g", { class: name }));
    this.svg.append(this.grid, this.bands, this.lines, this.points, this.axis);
  }

  /** Where the plot begins, in pixels. */
  get left() {
    return this.#left;
  }

  /**
   * Draw. `bands` have a kind, low and high; `lines` a kind and values; all are along `times`, shown from a time on.
   * `points` are observed: time, value, low, high. With `steady` the range of values may only grow.
   */
  update({ width, height, times, from, bands, lines, points = [], label, steady = false, zero = false, mark = null }) {
    const first = Math.max(0, times.findIndex((time) => time >= from));
    const seen = points.filter(({ time }) => time >= from);
    const range = this.#ranged([...bands.flatMap(({ low, high }) => [low, high]), ...lines.map(({ values }) => values)], first, seen, zero, steady);
    const ticks = ticksOf(...range, 4);
    const labels = ticks.map(label);
    const wide = Math.max(EDGE.left, 9 + LETTER * Math.max(...labels.map((text) => text.length)));
    this.#left = steady ? Math.max(wide, this.#left) : wide;
    const [left, last] = [this.#left, times.at(-1)];
    const x = (time) => left + ((time - from) / (last - from)) * (width - left - EDGE.right);
    const rise = (height - EDGE.top - EDGE.bottom) / (range[1] - range[0]);
    const y = (value) => height - EDGE.bottom - (value - range[0]) * rise;
    const frame = [width, height, left, from, mark, ...range].join();
    if (this.#frame !== frame) {
      this.#frame = frame;
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      this.#xs = Array.from(times, (time) => x(time).toFixed(1));
      this.#axes({ ticks, labels, x, y, width, height, from, last, mark });
      this.points.replaceChildren(...seen.map(({ time, value }) => draw("circle", { cx: x(time).toFixed(1), cy: y(value).toFixed(1), r: 2.2 })));
    }
    const used = new Set();
    const path = (layer, kind, from, d) => (used.add(`${layer}${kind}`), this.#path(layer, kind, [frame, ...from], d));
    for (const { kind, low, high } of bands)
      path("bands", kind, [low, high], () => {
        const top = this.#along(high, y, first);
        return top && `${top}${this.#along(low, y, first, true)}Z`;
      });
    for (const { kind, values } of lines) path("lines", kind, [values], () => this.#along(values, y, first));
    for (const [key, { path }] of this.#drawn)
      if (!used.has(key)) {
        path.remove();
        this.#drawn.delete(key);
      }
  }

  #axes({ ticks, labels, x, y, width, height, from, last, mark }) {
    const years = ticksOf(from, last, width < 260 ? 3 : 5).filter(Number.isInteger);
    const rules = ticks.map((value) => ({ d: `M${this.#left} ${y(value).toFixed(1)}H${width - EDGE.right}`, class: value === 0 ? "zero" : "" }));
    if (mark !== null && mark < last) rules.push({ d: `M${x(mark).toFixed(1)} ${EDGE.top}V${height - EDGE.bottom}`, class: "mark" });
    const texts = [
      ...ticks.map((value, i) => ({ x: this.#left - 5, y: (y(value) + 3.5).toFixed(1), "text-anchor": "end", text: labels[i] })),
      ...years.map((year) => ({ x: x(year).toFixed(1), y: height - 5, "text-anchor": year === last ? "end" : "middle", text: String(year) })),
    ];
    reuse(this.grid, "path", rules);
    reuse(this.axis, "text", texts);
  }

  /** Draw a mark unless it was drawn from the same; `made` gives its path. */
  #path(layer, kind, from, made) {
    const key = `${layer}${kind}`;
    const known = this.#drawn.get(key) ?? { path: this[layer].appendChild(draw("path", { class: kind })), from: [] };
    this.#drawn.set(key, known);
    if (from.every((part, i) => part === known.from[i])) return;
    const d = made();
    if (known.d !== d) known.path.setAttribute("d", d);
    Object.assign(known, { d, from });
  }

  /** Give the path along values, to the right or back to the left; what is no number is passed over. */
  #along(values, y, first, back = false) {
    let text = "";
    for (let k = first; k < values.length; k++) {
      const i = back ? values.length - 1 + first - k : k;
      if (Number.isFinite(values[i])) text += `${text || back ? "L" : "M"}${this.#xs[i]} ${Math.round(10 * y(values[i])) / 10}`;
    }
    return text;
  }

  #ranged(series, first, points, zero, steady) {
    let [low, high] = [Infinity, -Infinity];
    for (const values of series)
      for (let i = first; i < values.length; i++) {
        const value = values[i];
        if (value < low) low = value;
        if (value > high) high = value;
      }
    for (const { value } of points) [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (!(low <= high)) [low, high] = [0, 1];
    if (zero || (low > 0 && low < 0.4 * high)) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    if (high - low < 1e-9 * Math.max(Math.abs(high), 1e-6)) [low, high] = [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(high) || 1)];
    const room = 0.04 * (high - low);
    const range = [low === 0 ? 0 : low - room, high + room];
    if (steady && this.#range) [range[0], range[1]] = [Math.min(range[0], this.#range[0]), Math.max(range[1], this.#range[1])];
    this.#range = range;
    return range;
  }
}

/** Make the children of a layer those that are told; elements that are there already change what differs. */
function reuse(layer, tag, wanted) {
  while (layer.childElementCount > wanted.length) layer.lastChild.remove();
  while (layer.childElementCount < wanted.length) layer.append(draw(tag));
  wanted.forEach(({ text, ...marks }, i) => {
    const one = layer.children[i];
    for (const [key, value] of Object.entries(marks)) if (one.getAttribute(key) !== String(value)) one.setAttribute(key, value);
    if (text !== undefined) put(one, text);
  });
}

/** Give round numbers between two values, about so many. */
export function ticksOf(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Draw leads over two assumptions as squares, coloured by who is ahead, with the line where that switches.
 * `leads` go along `across` first; `here` is where the world stands.
 */
export function drawMap({ across, down, leads, here, width, height, labels, title }) {
  const svg = draw("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
  const [left, bottom, top, right] = [52, 40, 24, 10];
  const [nx, ny] = [across.values.length, down.values.length];
  const [w, h] = [(width - left - right) / nx, (height - top - bottom) / ny];
  const [x, y] = [(i) => left + (i + 0.5) * w, (j) => height - bottom - (j + 0.5) * h];
  const most = Math.max(...leads.map(Math.abs).filter(Number.isFinite), 1e-300);
  leads.forEach((lead, k) => {
    const [i, j] = [k % nx, Math.floor(k / nx)];
    const kind = !Number.isFinite(lead) ? "none" : Math.abs(lead) < 1e-9 * most ? "even" : lead > 0 ? "win" : "lose";
    const strength = 0.2 + 0.8 * Math.sqrt(Math.abs(lead) / most || 0);
    svg.append(draw("rect", { class: kind, x: x(i) - w / 2, y: y(j) - h / 2, width: w + 0.3, height: h + 0.3, opacity: kind === "even" ? 1 : strength.toFixed(3) }));
  });
  svg.append(draw("path", { class: "switch", d: switchLine(leads, nx, ny, x, y) }));
  const place = ({ values }, value) => Math.min(Math.max(((value - values[0]) / (values.at(-1) - values[0])) * (values.length - 1), 0), values.length - 1);
  if (here) svg.append(draw("circle", { class: "here", cx: x(place(across, here[0])), cy: y(place(down, here[1])), r: 5 }));
  const ends = [0, 0.5, 1];
  for (const share of ends) {
    const [i, j] = [share * (nx - 1), share * (ny - 1)];
    const at = ({ values }, k) => values[0] + (k / (values.length - 1)) * (values.at(-1) - values[0]);
    svg.append(draw("text", { x: x(i), y: height - bottom + 14, "text-anchor": "middle" }, labels.number(at(across, i))));
    svg.append(draw("text", { x: left - 5, y: y(j) + 4, "text-anchor": "end" }, labels.number(at(down, j))));
  }
  svg.append(draw("text", { x: width - right, y: height - 8, "text-anchor": "end", class: "name" }, `${labels.across} →`));
  svg.append(draw("text", { x: 4, y: 14, class: "name" }, `↑ ${labels.down}`));
  return svg;
}

/** Give the line along which a lead is zero, square by square, by interpolation along the edges. */
export function switchLine(leads, nx, ny, x, y) {
  const at = (i, j) => leads[j * nx + i];
  const parts = [];
  for (let j = 0; j + 1 < ny; j++)
    for (let i = 0; i + 1 < nx; i++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const cut = corners.flatMap(([a, b], k) => {
        const [c, d] = corners[(k + 1) % 4];
        const [one, other] = [at(a, b), at(c, d)];
        if (!(one > 0 !== other > 0) || !Number.isFinite(one - other)) return [];
        const share = one / (one - other);
        return [`${(x(a) + share * (x(c) - x(a))).toFixed(1)} ${(y(b) + share * (y(d) - y(b))).toFixed(1)}`];
      });
      for (let k = 0; k + 1 < cut.length; k += 2) parts.push(`M${cut[k]}L${cut[k + 1]}`);
    }
  return parts.join("");
}
