/**
 * How much of a change came over each link, by exact differences of the equations: Loops That Matter, as
 * engines/links.py has it, for a run that stands on the sliders. A cell is a number that the equations are given.
 */
import { key, load } from "../../engines/wasm/engine.js";
import { Lab } from "./lab.mjs";
import { Singles } from "./singles.mjs";

const ROUNDED = 1e-14; // a change below this share of the value is none: it could be rounding
const BESIDE = 2; // variants before those of a cause: all as at the beginning of a step, all as at its end

/** Equations that are computed each alone, of what is given. */
class Alone {
  static async open({ module, told }) {
    const plain = (name, kind, count) => ({ name, title: name, kind, place: 0, labels: Array.from({ length: count }, (_, i) => String(i)), values: new Array(count).fill(0) });
    const { layout } = told;
    const time = { initial: 0, step: 1, steps: 0, rows: [0], saved: [0] };
    const description = { format: 1, time, layout, inputs: [plain("given", "constant", layout.constant)], outputs: [plain("found", "still", layout.still)] };
    const model = await load({ module, description });
    return Object.assign(new Alone(), { model, told, ...placed(told) });
  }

  /** Compute all, (computed cells, runs), of values (cells, runs). */
  async of(given, signal) {
    return (await this.model.many({ given }, { signal })).get("found");
  }
}

/** Say where variables lie among the cells, which cell each computed number is of, and which cells it follows from. */
function placed({ inputs, computed, causes, levels }) {
  const places = new Map();
  let next = 0;
  for (const [name, count] of inputs) {
    places.set(name, { start: next, count });
    next += count;
  }
  const effects = computed.flatMap((name) => Array.from({ length: places.get(name).count }, (_, i) => places.get(name).start + i));
  const stocks = new Set(levels.flatMap((name) => Array.from({ length: places.get(name).count }, (_, i) => places.get(name).start + i)));
  const summed = (gaps) => gaps.map(((sum) => (gap) => (sum += gap))(0));
  return { places, cells: next, effects, stocks, into: causes.map(summed) };
}

/** All values of runs at the beginnings and ends of steps. */
export class Runs {
  static async open({ module, description, data, draws, loops }) {
    const { time } = description;
    const begins = time.rows.slice(0, -1);
    const rows = [...new Set([...begins.flatMap((row) => [row, row + 1]), time.rows.at(-1)])];
    const at = (row) => time.times?.[row] ?? time.initial + row * time.step;
    const thinned = { ...description, time: { ...time, rows, saved: rows.map(at) } };
    const lab = await Lab.open({ module, description: thinned, data, draws });
    return Object.assign(new Runs(), { lab, description, rows, begins, at, alone: await Alone.open(loops), singles: new Singles(lab) });
  }

  /** Give what a state's run has in the cells, (cells, 2 * steps): at the beginnings of its steps, then at the ends. */
  async of(state, signal) {
    const { alone, begins } = this;
    const moments = [...begins, ...begins.map((row) => row + 1)];
    const values = new Float64Array(alone.cells * moments.length);
    const put = (name, element, value) => {
      const place = alone.places.get(name);
      if (place) moments.forEach((row, r) => (values[(place.start + element) * moments.length + r] = value(row)));
    };
    put("run:time", 0, this.at);
    const run = await this.#levels(state, put);
    this.#settings(this.lab.given(state, run.factor), put, run);
    await this.#follow(values, moments.length, signal);
    return values;
  }

  /** Put stocks, and what is kept from the first step; give what the run has. */
  async #levels(state, put) {
    const { rows, description, alone } = this;
    const outputs = description.outputs.filter(({ name, kind }) => kind !== "input" && (alone.places.has(name) || name === alone.told.weight));
    const { mine } = await this.singles.of({ ...state, p: [] }, outputs.map(({ name }) => name));
    const place = new Map(rows.map((row, i) => [row, i]));
    for (const { name, labels } of outputs)
      labels.forEach((_, k) => put(name, k, (row) => mine.get(name)[place.get(row) * labels.length + k]));
    return mine;
  }

  /** Put what the run is given: constants, and levers as they stand between their values before and after a switch. */
  #settings(given, put, run) {
    const { weight } = this.alone.told;
    const known = new Map(Object.entries(given).map(([label, told]) => [key(label), told]));
    const place = new Map(this.rows.map((row, i) => [row, i]));
    const value = (told, row) => (typeof told === "number" ? told : told[told.length > 1 ? row : 0]);
    for (const { name, labels, values, second_of } of this.description.inputs) {
      if (second_of) continue;
      labels.forEach((label, k) => {
        const first = known.get(key(label)) ?? Number(values[k]);
        const second = known.get(key(`${label}'`));
        put(name, k, (row) => {
          const now = value(first, row);
          return second ? now + run.get(weight)[place.get(row)] * (value(second, row) - now) : now;
        });
      });
    }
  }

  /** Compute from levels and settings all that follows, until nothing changes: each time what follows one step further. */
  async #follow(values, runs, signal) {
    const { effects, stocks } = this.alone;
    for (let turn = 0; turn <= effects.length; turn++) {
      const found = await this.alone.of(values, signal);
      let same = true;
      effects.forEach((cell, i) => {
        if (stocks.has(cell)) return;
        for (let r = 0; r < runs; r++) {
          const [from, to] = [i * runs + r, cell * runs + r];
          if (Object.is(found[from], values[to])) continue;
          values[to] = found[from];
          same = false;
        }
      });
      if (same) return;
    }
    throw new Error("equations go round in a circle");
  }
}

/** Give the scores of all links over the steps of a run, by "cause effect": cause, effect and scores (steps). */
export async function linkScores(runs, values, signal) {
  const { alone, begins, at } = runs;
  const steps = begins.length;
  const colours = coloured(alone);
  const scores = alone.into.map((causes) => causes.map(() => new Float64Array(steps)));
  for (let step = 0; step < steps; step++) {
    const length = at(begins[step] + 1) - at(begins[step]);
    const ends = { begin: (cell) => values[cell * 2 * steps + step], end: (cell) => values[cell * 2 * steps + steps + step], length };
    await scoreStep(alone, colours, ends, (i, k, score) => (scores[i][k][step] = score), signal);
  }
  const links = new Map();
  alone.effects.forEach((effect, i) =>
    alone.into[i].forEach((cause, k) => scores[i][k].some(Boolean) && links.set(`${cause} ${effect}`, { cause, effect, scores: scores[i][k] })),
  );
  return links;
}

/** Score the links of one step: `put` is given the number of an effect, that of its cause and the score. */
async function scoreStep(alone, colours, { begin, end, length }, put, signal) {
  const count = BESIDE + Math.max(...colours.values()) + 1;
  const found = await alone.of(variants(alone, colours, count, begin, end), signal);
  alone.effects.forEach((effect, i) => {
    const [from, to] = [found[i * count], found[i * count + 1]];
    const size = alone.stocks.has(effect) ? Math.abs(begin(effect)) / length : Math.max(Math.abs(from), Math.abs(to));
    const [change, least] = [to - from, ROUNDED * size];
    if (Math.abs(change) <= least) return;
    alone.into[i].forEach((cause, k) => {
      const brought = found[i * count + BESIDE + colours.get(cause)] - from;
      if (!(Math.abs(brought) <= least)) put(i, k, Math.abs(brought / change) * Math.sign(brought) * Math.sign(end(cause) - begin(cause)));
    });
  });
}

/** Give what is computed of a step, (cells, count): all as at its beginning, all as at its end, then each colour moved alone. */
function variants(alone, colours, count, begin, end) {
  const given = new Float64Array(alone.cells * count);
  for (let cell = 0; cell < alone.cells; cell++) {
    given.fill(begin(cell), cell * count, (cell + 1) * count);
    given[cell * count + 1] = end(cell);
    if (colours.has(cell)) given[cell * count + BESIDE + colours.get(cell)] = end(cell);
  }
  return given;
}

/** Give every cause a colour: two that share an effect have different ones, so that all of one can be moved at once. */
function coloured({ into }) {
  const effects = new Map();
  into.forEach((causes, i) => causes.forEach((cause) => effects.set(cause, [...(effects.get(cause) ?? []), i])));
  const taken = into.map(() => new Set());
  const colours = new Map();
  for (const [cause, touched] of [...effects].sort(([, one], [, other]) => other.length - one.length)) {
    let colour = 0;
    while (touched.some((i) => taken[i].has(colour))) colour++;
    for (const i of touched) taken[i].add(colour);
    colours.set(cause, colour);
  }
  return colours;
}
