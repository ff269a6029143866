/** Running strategies in worlds: one world, or many at once, going on from where policies start. */
import { load } from "../../engines/wasm/engine.js";
import { equalFactors } from "./equal_cost.mjs";
import { overSteps, through, valueAt } from "./paths.mjs";
import { factorLimits, planOf, withMoney } from "./plan.mjs";

const KEPT = 6; // states of the past that are kept
const CLOSE = 1e-6; // years

/** Worlds that were drawn: `names` of parameters, `count` worlds, and `values`, all worlds of a name in a row. */
export class Draws {
  constructor(names, count, values) {
    this.count = count;
    this.rows = new Map(names.map((name, i) => [name, values.subarray(i * count, (i + 1) * count)]));
  }

  /** Give a parameter's values in some worlds, null where it is not drawn. */
  of(name, places) {
    const row = this.rows.get(name);
    return row ? Float64Array.from(places, (place) => row[place]) : null;
  }
}

/** Give numbers whose first bytes come first, then the second ones, and so on: so they pack better. */
export function unshuffled(bytes) {
  const values = new Float64Array(bytes.byteLength / 8);
  const [from, to] = [new Uint8Array(bytes), new Uint8Array(values.buffer)];
  for (let place = 0; place < 8; place++) for (let i = 0; i < values.length; i++) to[8 * i + place] = from[place * values.length + i];
  return values;
}

/** A loaded model with what its inputs mean. */
export class Lab {
  #model;
  #times; // of all steps
  #pasts = new Map();
  #means = new WeakMap();
  #known = new Map(); // what the last search for equal cost found, by worlds

  constructor(model, data, draws) {
    const { time } = model.description;
    this.#model = model;
    this.data = data;
    this.draws = draws;
    this.#times = time.times ?? Array.from({ length: time.steps + 1 }, (_, i) => time.initial + i * time.step);
    this.times = model.times;
    this.neutral = data.switches.map(({ constant, never }) => [constant, never]);
  }

  static async open({ module, description, data, draws }) {
    return new Lab(await load({ module, description }), data, draws);
  }

  /** Cancel what is running. */
  cancel() {
    this.#model.cancel();
  }

  /**
   * Give the worlds of a state: how many, and how a parameter's values are found. `places` are those of draws; null
   * is the one world that the state looks at.
   */
  worlds(state, places) {
    if (places) return { runs: places.length, key: `draws ${places[0]} ${places.length}`, of: (name) => this.draws.of(name, places) };
    const { h } = state;
    if (typeof h === "number") return { runs: 1, key: `world ${h}`, of: (name) => this.draws.of(name, [h]) };
    const home = this.data.homes[h] ?? {};
    return { runs: 1, key: `home ${h}`, of: (name) => (Object.hasOwn(home, name) ? [home[name]] : null) };
  }

  /** Give the same world many times over, with some parameters moved: values by name, one for each run. */
  moved(state, values) {
    const [one, runs] = [this.worlds(state, null), Object.values(values)[0].length];
    const of = (name) => values[name] ?? (one.of(name) ? new Float64Array(runs).fill(one.of(name)[0]) : null);
    return { runs, key: null, of, over: values };
  }

  /**
   * Run a strategy in worlds. Gives results by label and the factors on money; with an equal cost `goal` are costs
   * by world; the search begins from what the last one found in these worlds. `signal` and `progress` are those of
   * the engine, which may run the worlds many times for an equal cost.
   */
  async run(state, worlds, outputs, { goal = null, signal, progress } = {}) {
    const plan = planOf(this.data, state);
    const past = await this.#past(state, worlds, plan.constants, outputs, signal);
    const size = this.data.scenarios.get(state.c).money;
    if (state.b !== "equal") {
      const series = this.#series(withMoney(this.data, plan, 1, size));
      return { results: await past.many(series, { signal, progress }), factors: null };
    }
    const [whole, none] = [1, 0].map((factor) => withMoney(this.data, plan, factor, size));
    let last = { factors: [], results: null };
    const at = async (factors) => {
      last = { factors, results: await past.many(this.#series(whole, none, factors), { signal, progress }) };
      return last.results;
    };
    const excess = async (factors) => costs(await at(factors), this.data.cost).map((cost, w) => cost / goal[w] - 1);
    const found = await equalFactors(excess, worlds.runs, factorLimits(this.data, plan), { known: this.#known.get(worlds.key) });
    if (worlds.key) this.#known.set(worlds.key, found);
    const { factors } = found;
    const same = factors.every((factor, w) => factor === last.factors[w]);
    return { results: same ? last.results : await at(factors), factors };
  }

  /**
   * Give what a run in the one world is given, by label: a number, or one for each step; of levers those before and after
   * a switch. `factor` is that on money, null where its cost is its own.
   */
  given(state, factor) {
    const plan = planOf(this.data, state);
    const size = this.data.scenarios.get(state.c).money;
    const whole = withMoney(this.data, plan, 1, size);
    const later = factor === null ? this.#series(whole) : this.#series(whole, withMoney(this.data, plan, 0, size), [factor]);
    const first = this.#times.findIndex((time) => time >= this.data.time.start - CLOSE);
    const levers = Object.entries(this.#before(state)).map(([label, before]) => [label, before.map((value, i) => (i < first ? value : later[label][i]))]);
    const values = Object.entries(this.#values(state, this.worlds(state, null)));
    return { ...Object.fromEntries([...values, ...levers]), ...this.#switches(plan.constants) };
  }

  /** Give the series of all levers until policies start. */
  #before(state) {
    const base = this.data.strategies.get(this.data.baseline);
    return this.#series(withMoney(this.data, { ...base, scaled: [] }, 1, this.data.scenarios.get(state.c).money));
  }

  #switches(constants) {
    return Object.fromEntries(this.neutral.map(([name, never]) => [name, Object.hasOwn(constants, name) ? constants[name] : never]));
  }

  async #past(state, worlds, constants, outputs, signal) {
    const told = worlds.key && JSON.stringify([worlds.key, state.c, state.w, constants, outputs]);
    if (told && this.#pasts.has(told)) return this.#pasts.get(told);
    for (const [name, value] of Object.entries({ ...this.#before(state), ...this.#switches(constants) })) this.#model.set(name, value);
    if (this.data.time.start <= this.#times[0]) return this.#whole(this.#values(state, worlds), outputs);
    const past = await this.#model.past(this.data.time.start, this.#values(state, worlds), { outputs, signal });
    if (told) {
      this.#pasts.set(told, past);
      if (this.#pasts.size > KEPT) this.#pasts.delete(this.#pasts.keys().next().value);
    }
    return past;
  }

  /** Where all moves from the first time on, there is no past: every run is a whole one. */
  #whole(values, outputs) {
    const many = (series, options) => {
      for (const [name, list] of Object.entries(series)) this.#model.set(name, list);
      return this.#model.many(values, { ...options, outputs });
    };
    return { many };
  }

  /** Give every world parameter's values; a dated one has a value for each step. */
  #values(state, worlds) {
    const scenario = this.data.scenarios.get(state.c).world;
    const values = {};
    for (const { name, value, dated } of this.data.world) {
      const drawn = worlds.of(name) ?? new Float64Array(worlds.runs).fill(value);
      const told = Object.hasOwn(scenario, name) ? scenario[name] : null;
      const set = worlds.over?.[name] ?? (Object.hasOwn(state.w, name) ? new Float64Array(worlds.runs).fill(state.w[name]) : null);
      const plain = set ?? (typeof told === "number" ? new Float64Array(worlds.runs).fill(told) : drawn);
      values[name] = dated ? this.#dated(plain, set || typeof told === "number" ? null : told) : plain;
    }
    return values;
  }

  /** Repeat values along time; from the first of the knots on, the path through them holds in all worlds. */
  #dated(values, knots) {
    const runs = values.length;
    const list = new Float64Array(this.#times.length * runs);
    const path = knots && through(knots);
    this.#times.forEach((time, i) => {
      if (path && time >= knots[0][0]) list.fill(valueAt(path, time), i * runs, (i + 1) * runs);
      else list.set(values, i * runs);
    });
    return list;
  }

  /** Give the series of all levers, before a switch and after it; with factors money has a value for each run. */
  #series(whole, none = null, factors = null) {
    const series = {};
    for (const { name, money } of this.data.levers)
      for (const [label, kind] of [[name, "paths"], [`${name}'`, "second"]]) {
        if (kind === "second" && !this.data.switches.length) continue;
        const [paths, least] = [whole, none].map((plan) => plan && (plan[kind] ?? plan.paths)[name]);
        const list = this.#mean(paths);
        series[label] = money && factors ? spread(list, this.#mean(least), factors) : list;
      }
    return series;
  }

  #mean(path) {
    if (!this.#means.has(path)) this.#means.set(path, overSteps(path, this.#times));
    return this.#means.get(path);
  }
}

/** Give the cost of each run in the end. */
export function costs(results, label) {
  const values = results.get(label);
  return values.slice(values.length - results.runs);
}

/** Give a list between none and the whole for each run's factor; the whole where there is one run, as a plain list. */
function spread(whole, none, factors) {
  const runs = factors.length;
  const list = new Float64Array(whole.length * runs);
  for (let i = 0; i < whole.length; i++)
    for (let r = 0; r < runs; r++) list[i * runs + r] = none[i] + (whole[i] - none[i]) * factors[r];
  return list;
}
