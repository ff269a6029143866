/**
 * What a page shows, as plain data: `s` strategy, `x` a second one mixed in ([name, weight] or null), `b` cost rule,
 * `a` the strategy that it is compared with,
 * `l` settings of levers, `c` scenario, `h` the world that curves stand in (a name, or a number among the draws), `w`
 * world parameters, `p` pinned strategies ({s, x, b, l}), `o` outcome, `k` outcomes with a card, `d` view, `y` year,
 * `g` language. All of it is in the link; what is not known there is left out, and said.
 */
import { mixable } from "./plan.mjs";

export const VERSION = 1;
export const MOST_PINS = 4;
const LONGEST = 20000; // signs of a link that are read
const MOST_KNOTS = 40; // dates that a lever may have
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i; // what is read as a number; the program has the same
export const VIEWS = ["auto", "levels", "difference"];

/** Give the state of a page that nobody has touched. */
export function initial(data, language) {
  return {
    ...{ s: data.baseline, x: null, b: "own", l: {}, a: data.baseline, c: data.central, h: Object.keys(data.homes)[0], w: {}, p: [] },
    ...{ o: data.headline[0], k: data.headline.slice(), d: "auto", y: data.time.last, g: language },
  };
}

/** Give the strategy that a state compares with: in the same world, under the same rule of cost, as it is otherwise. */
export function reference(data, state, a = state.a) {
  return { ...state, a, s: a, x: null, l: {}, b: a === data.baseline ? "own" : state.b };
}

/** Whether anything is done that the strategy it is compared with does not do. */
export function changed(state) {
  return state.s !== state.a || state.x !== null || Object.keys(state.l).length > 0;
}

/** Give the part of a state that is a strategy. */
export function strategyOf({ s, x, b, l }) {
  return { s, x, b, l };
}

/** Write a state as the fragment of a link; what is as at first is left out. */
export function written(data, state) {
  const first = initial(data, state.g);
  const link = new URLSearchParams({ v: VERSION, m: data.hash.slice(0, 12), g: state.g });
  strategyPart(state, first, link);
  for (const key of ["a", "c", "h", "o", "d", "y"]) if (state[key] !== first[key]) link.set(key, state[key]);
  if (state.k.join() !== first.k.join()) link.set("k", state.k.join(" "));
  for (const [name, value] of Object.entries(state.w)) link.append("w", `${name}=${value}`);
  for (const pin of state.p) link.append("p", String(strategyPart(pin, first, new URLSearchParams())));
  return String(link);
}

/** Read a link: the state, and what was left out of it, as [key of a text, what]. Never throws. */
export function read(data, fragment, language) {
  const state = initial(data, language);
  const dropped = [];
  if (fragment.length > LONGEST) return { state, dropped: [["link_long", ""]] };
  const link = new URLSearchParams(fragment);
  const drop = (what, key = "link_unknown") => dropped.push([key, String(what).slice(0, 60)]);
  if (![...link].length) return { state, dropped };
  if (link.has("v") && link.get("v") !== String(VERSION)) drop(link.get("v"), "link_version");
  if (link.has("m") && link.get("m") !== data.hash.slice(0, 12)) drop(link.get("m"), "link_model");
  const reader = new Reader(data, drop);
  for (const [key, text] of link) {
    if (["v", "m", "p", ...reader.keys].includes(key)) continue;
    if (key === "g" && Object.hasOwn(data.title, text)) state.g = text;
    else if (key === "a" && data.strategies.has(text)) state.a = text;
    else if (key === "c" && data.scenarios.has(text)) state.c = text;
    else if (key === "h" && reader.home(text) !== null) state.h = reader.home(text);
    else if (key === "o" && data.outcome.has(text)) state.o = text;
    else if (key === "d" && VIEWS.includes(text)) state.d = text;
    else if (key === "y" && reader.year(text)) state.y = Number(text);
    else if (key === "k" && text.split(" ").every((name) => data.outcome.has(name))) state.k = [...new Set(text.split(" "))];
    else if (key === "w") reader.world(text, state.w);
    else drop(`${key}=${text}`);
  }
  Object.assign(state, reader.strategy(link));
  for (const text of link.getAll("p").slice(0, MOST_PINS)) state.p.push(reader.strategy(new URLSearchParams(text)));
  if (!state.k.includes(state.o)) state.k = [state.o, ...state.k];
  return { state, dropped };
}

/** Undo and redo: states in a row, and where one stands. */
export class History {
  constructor(state) {
    this.states = [state];
    this.place = 0;
  }

  push(state) {
    if (JSON.stringify(state) === JSON.stringify(this.states[this.place])) return;
    this.states = [...this.states.slice(0, this.place + 1), state];
    this.place++;
  }

  /** Go one state back (-1) or forth (1); null where there is none. */
  step(by) {
    if (!this.states[this.place + by]) return null;
    this.place += by;
    return this.states[this.place];
  }
}

function strategyPart(state, first, link) {
  if (state.s !== first.s) link.set("s", state.s);
  if (state.x) link.set("x", `${state.x[0]}=${state.x[1]}`);
  if (state.b !== first.b) link.set("b", state.b);
  for (const [name, told] of Object.entries(state.l)) link.append("l", `${name}=${settingText(told)}`);
  return link;
}

function settingText(told) {
  if (typeof told === "number") return String(told);
  if (told.knots) return told.knots.map((knot) => knot.join(":")).join(";");
  return [told.to, told.from, told.years, told.until ?? "-"].join(",");
}

class Reader {
  keys = ["s", "x", "b", "l"];

  constructor(data, drop) {
    Object.assign(this, { data, drop });
  }

  strategy(link) {
    const { data, drop } = this;
    const found = { s: data.baseline, x: null, b: "own", l: {} };
    const last = (key) => link.getAll(key).at(-1) ?? null;
    const s = last("s");
    if (s !== null) data.strategies.has(s) ? (found.s = s) : drop(`s=${s}`);
    const b = last("b");
    if (b !== null) ["own", "equal"].includes(b) && data.cost ? (found.b = b) : drop(`b=${b}`);
    const x = last("x");
    if (x !== null) {
      const [name, weight] = parted(x);
      const known = name !== found.s && data.strategies.has(name) && mixable(data, name) && mixable(data, found.s);
      known && inside(weight, 0, 1) ? (found.x = [name, Number(weight)]) : drop(`x=${x}`);
    }
    for (const text of link.getAll("l")) {
      const [name, told] = parted(text);
      const lever = data.lever.get(name);
      const setting = lever && this.#setting(told, lever);
      setting || setting === 0 ? (found.l[name] = setting) : drop(`l=${text}`);
    }
    return found;
  }

  #setting(told, { low, high }) {
    const { start, latest } = this.data.time;
    if (told.includes(":")) {
      const texts = told.split(";").map((knot) => knot.split(":"));
      const knots = texts.map((knot) => knot.map(Number));
      const good = texts.every((knot, i) => knot.length === 2 && inside(knot[0], start, latest) && inside(knot[1], low, high) && (!i || knots[i][0] >= knots[i - 1][0]));
      return good && knots.length <= MOST_KNOTS ? { knots } : null;
    }
    if (!told.includes(",")) return inside(told, low, high) ? Number(told) : null;
    const [to, from, years, until, more] = told.split(",");
    if (more !== undefined) return null;
    const ends = until === "-" || inside(until, Number(from) + Number(years), latest);
    if (!(inside(to, low, high) && inside(from, start, latest) && inside(years, 0, latest - start) && ends)) return null;
    return { to: Number(to), from: Number(from), years: Number(years), until: until === "-" ? null : Number(until) };
  }

  world(text, found) {
    const [name, value] = parted(text);
    const parameter = this.data.parameter.get(name);
    if (parameter?.title && inside(value, parameter.low, parameter.high)) found[name] = Number(value);
    else this.drop(`w=${text}`);
  }

  home(text) {
    if (Object.hasOwn(this.data.homes, text)) return text;
    return /^\d{1,6}$/.test(text) && Number(text) < this.data.worlds ? Number(text) : null;
  }

  year(text) {
    return inside(text, this.data.time.start, this.data.time.last) && Number.isInteger(Number(text));
  }
}

function parted(text) {
  const at = text.lastIndexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function inside(value, low, high) {
  return NUMBER.test(value) && Number(value) >= low && Number(value) <= high;
}
