/** Which feedback loops drive the chosen outcome when: its course over a strip of loops, and the chain of one of them. */
import { Chart } from "./charts.mjs";
import { titled } from "./details.mjs";
import { draw, make, put } from "./dom.mjs";
import { meanSize } from "./loops.mjs";

const REST = 400; // milliseconds without a move, after which loops are measured
const COLOURED = 6; // loops with a colour of their own; the others share a grey
const [CURVE, AREAS, BAR] = [170, 130, 22]; // heights, in pixels
const RIGHT = 8; // as a chart has it
const LETTER_WIDE = 9; // pixels that a letter of a name takes in the bar

/** What stands in the fold that tells of loops. */
export class Strip {
  #asked = "";
  #id = 0;
  #timer = null;
  #measuring = false; // an answer is awaited
  #answer = null;
  #chosen = null; // the loop whose chain is shown

  constructor(app, body) {
    Object.assign(this, { app, body });
    this.said = make("p", { class: "unseen", role: "status" });
    this.chart = new Chart("");
    this.svg = draw("svg", { class: "strip", role: "img" });
    this.legend = make("ul", { class: "loops" });
    this.chain = make("div", { class: "loop" });
    this.told = make("p", {});
    this.unit = make("p", { class: "note" });
    this.waits = make("p", { class: "note" }, app.say("loops_computing"));
    this.shown = make("div", { class: "driven", hidden: true }, this.told, this.unit, this.chart.svg, this.svg, make("p", { class: "note" }, app.say("loops_note")), this.legend, this.chain);
    body.replaceChildren(this.said, this.waits, this.shown);
    this.width = new ResizeObserver(() => this.#draw());
    this.width.observe(body);
  }

  /** Ask for what stands on the sliders now, once they rest; until then the strip is that of an older state. */
  update() {
    const { s, x, b, l, c, h, w, o } = this.app.state;
    const asked = JSON.stringify([s, x, b, l, c, h, w, o]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.body.classList.add("stale");
    if (this.#measuring) this.app.client.loops({ id: this.#id, state: null });
    this.#measuring = false;
    this.#id++;
    this.#wait();
  }

  /** Ask for nothing any more. */
  end() {
    clearTimeout(this.#timer);
    this.width.disconnect();
  }

  /** Take an answer of the worker. */
  answered(answer) {
    if (answer.id !== this.#id) return;
    const { state } = this.app;
    this.#measuring = false;
    this.#answer = { ...answer, outcome: state.o, loops: ordered(answer.loops), years: leaders(answer) };
    this.body.classList.remove("stale");
    this.#draw();
    put(this.said, this.told.textContent);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.app.dragging || !this.app.client) return this.#wait();
      const { state } = this.app;
      this.#measuring = true;
      return this.app.client.loops({ id: this.#id, state, outcome: state.o });
    }, REST);
  }

  #draw() {
    if (!this.#answer || !this.body.clientWidth) return;
    [this.waits.hidden, this.shown.hidden] = [true, false];
    const told = this.#told();
    put(this.told, told);
    this.svg.setAttribute("aria-label", told);
    const width = Math.min(this.body.clientWidth, 860);
    this.#course(width);
    this.#areas(width);
    this.#list();
    this.#showChain();
  }

  /** Say which loop is the strongest in which years. */
  #told() {
    const { app } = this;
    const { years, loops, outcome } = this.#answer;
    const title = new Map(loops.map((loop) => [loop.id, app.words(loop.title)]));
    const stretch = ({ begin, end, id }) => app.say(end - begin > 1 ? "loops_years" : "loops_year", { begin, last: end - 1, id, title: title.get(id) });
    const parts = years.filter(({ id }) => id).map(stretch);
    const name = app.words(app.data.outcome.get(outcome).title);
    return parts.length ? app.say("loops_told", { outcome: name, list: parts.join(app.say("loops_comma")) }) : app.say("loops_none", { outcome: name });
  }

  #course(width) {
    const { app } = this;
    const { times } = app.lab;
    const outcome = app.data.outcome.get(this.#answer.outcome);
    const curves = app.curves(outcome.name);
    const amounts = app.amounts(outcome);
    const title = [app.words(outcome.title), amounts.unit].filter(Boolean).join(" · ");
    put(this.unit, title);
    this.chart.svg.setAttribute("aria-label", title);
    this.chart.update({ width, height: CURVE, times, from: times[0], bands: [], lines: [{ kind: "base", values: curves.base }, { kind: "mine", values: curves.mine }], label: (value) => amounts.axis(value) });
  }

  /** Stack the sizes of the shares, and name under them who is the strongest. */
  #areas(width) {
    const { times, loops, years } = this.#answer;
    const last = this.app.lab.times.at(-1);
    const { left } = this.chart;
    const x = (time) => left + ((time - times[0]) / (last - times[0])) * (width - left - RIGHT);
    const y = (share) => 8 + AREAS * (1 - share);
    const edges = [...times, last].map((time) => x(time).toFixed(1));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${AREAS + BAR + 18}`);
    let below = times.map(() => 0);
    const layers = layered(loops).map(({ loop, colour, sizes }) => {
      const above = below.map((share, step) => share + sizes[step]);
      const along = (list) => list.map((share, step) => `${edges[step]} ${y(share).toFixed(1)}L${edges[step + 1]} ${y(share).toFixed(1)}`);
      const back = below.map((share, step) => `${edges[step + 1]} ${y(share).toFixed(1)}L${edges[step]} ${y(share).toFixed(1)}`).reverse();
      below = above;
      return draw("path", { class: colour, d: `M${along(above).join("L")}L${back.join("L")}Z`, ...(loop && { "data-loop": loop.id }) });
    });
    const texts = [0, 0.5, 1].map((share) => draw("text", { x: left - 5, y: y(share) + 4, "text-anchor": "end" }, `${100 * share}%`));
    const place = new Map(loops.map(({ id }, i) => [id, i]));
    const bar = years.filter(({ id }) => id).flatMap(({ begin, end, id }) => {
      const [from, wide] = [x(begin), x(end) - x(begin)];
      const colour = place.get(id) < COLOURED ? `loop${place.get(id)}` : "others";
      const box = draw("rect", { class: colour, x: from.toFixed(1), y: AREAS + 14, width: wide.toFixed(1), height: BAR, "data-loop": id });
      return wide < LETTER_WIDE * id.length + 4 ? [box] : [box, draw("text", { class: `on ${colour}`, x: (from + wide / 2).toFixed(1), y: AREAS + 14 + BAR - 7, "text-anchor": "middle", "data-loop": id }, id)];
    });
    this.svg.replaceChildren(...layers, ...texts, ...bar);
    for (const mark of this.svg.querySelectorAll("[data-loop]")) mark.addEventListener("click", () => this.#choose(mark.dataset.loop));
  }

  #list() {
    const { app } = this;
    const { loops } = this.#answer;
    const row = ({ id, title, drives }, i) => {
      const share = meanSize(drives);
      const values = { id, title: app.words(title), kind: this.#kind(share), share: percent(Math.abs(share)) };
      const open = id === this.#chosen;
      return make("li", {}, make("button", { class: "plain", "aria-expanded": String(open), click: () => this.#choose(open ? null : id) }, make("i", { class: `loop${i}` }), app.say("loops_row", values)));
    };
    const others = loops.length - COLOURED;
    const rest = others > 0 ? make("li", {}, make("i", { class: "others" }), app.say("loops_others", { count: others })) : null;
    const focused = [...this.legend.querySelectorAll("button")].indexOf(document.activeElement);
    this.legend.replaceChildren(...loops.slice(0, COLOURED).map(row), ...(rest ? [rest] : []));
    if (focused >= 0) this.legend.querySelectorAll("button")[focused]?.focus();
  }

  #choose(id) {
    this.#chosen = id;
    this.#list();
    this.#showChain();
  }

  /** Show the chain of a loop: what moves what, which way, and how much of what moves it that is. */
  #showChain() {
    const { app } = this;
    const loop = this.#answer.loops.find(({ id }) => id === this.#chosen);
    if (!loop) return this.chain.replaceChildren();
    const item = (label, i) => {
      const [name, strength] = [labelled(app, label), loop.parts[i]];
      const told = app.say(strength < 0 ? "loops_lowers" : "loops_raises", { share: percent(Math.abs(strength)) });
      const bar = make("i", { style: `--share: ${Math.round(100 * Math.abs(strength))}%` });
      return make("li", {}, make("button", { class: "plain", title: app.say("explain"), click: () => app.explain(label) }, name), make("span", { class: strength < 0 ? "link minus" : "link" }, bar, make("b", {}, told)));
    };
    return this.chain.replaceChildren(
      make("h3", {}, app.say("loops_chain", { id: loop.id, title: app.words(loop.title), kind: this.#kind(meanSize(loop.drives)) })),
      make("p", {}, app.words(loop.reading)),
      make("p", { class: "note" }, app.say("loops_chain_note")),
      make("ol", {}, ...loop.variables.map(item)),
    );
  }

  #kind(share) {
    return this.app.say(share < 0 ? "loops_balancing" : "loops_reinforcing");
  }
}

/** Give the loops that move the outcome, that with the largest mean share first. */
function ordered(loops) {
  const size = ({ drives }) => Math.abs(meanSize(drives));
  return loops.filter(size).sort((one, other) => size(other) - size(one));
}

/** Give the layers of the strip: loops with a colour of their own, then all others together. */
function layered(loops) {
  const own = loops.slice(0, COLOURED).map((loop, i) => ({ loop, colour: `loop${i}`, sizes: Array.from(loop.drives, Math.abs) }));
  const rest = loops.slice(COLOURED);
  const sizes = Array.from(loops[0]?.drives ?? [], (_, step) => rest.reduce((sum, { drives }) => sum + Math.abs(drives[step]), 0));
  return rest.length ? [...own, { loop: null, colour: "others", sizes }] : own;
}

/** Give when which loop is the strongest, by whole years: begin, end, id, which is empty where nothing moves. */
function leaders({ times, loops }) {
  const found = [];
  for (const year of new Set(times.map(Math.floor))) {
    const inside = times.map((time, step) => step).filter((step) => Math.floor(times[step] + 1e-9) === year);
    const size = ({ drives }) => inside.reduce((sum, step) => sum + Math.abs(drives[step]), 0);
    const first = loops.reduce((best, loop) => (size(loop) > (best ? size(best) : 0) ? loop : best), null);
    const id = first?.id ?? "";
    if (found.at(-1)?.id === id) found.at(-1).end = year + 1;
    else found.push({ begin: year, end: year + 1, id });
  }
  return found;
}

/** Name a variable, or an element of it. */
function labelled(app, label) {
  const [name, elements] = label.replace("]", "").split("[");
  const title = titled(app, label, app.data.entry.get(name)?.title ?? name);
  return elements ? `${title} [${elements.replaceAll(",", ", ").replaceAll("_", " ")}]` : title;
}

function percent(share) {
  return `${share > 0 && share < 0.005 ? "<1" : Math.round(100 * share)}%`;
}
