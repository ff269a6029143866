/**
 * Runs a model that `twintrack model wasm` has compiled: on a page, in a worker and in Node. Needs no other file
 * than model.wasm and model.json.
 *
 *   const model = await load();
 *   model.set("infectivity", 0.3);
 *   const one = model.run().get("Infectious[North]");           // a value for each of model.times
 *   const many = await model.many({ infectivity: [0.2, 0.3] }); // a run for each value
 */

const FORMAT = 1;
const MOST = 1 << 26; // bytes of outputs that are kept in the module's memory at a time

/**
 * Load a model. `module` and `description` are addresses of the two files, by default those beside this one; or
 * bytes or a WebAssembly.Module, and what model.json holds.
 */
export async function load({ module, description } = {}) {
  const told = await parsed(description ?? new URL("model.json", import.meta.url));
  if (told.format !== FORMAT) throw new Error(`the model has format ${told.format}; this engine reads ${FORMAT}`);
  const code = await bytes(module ?? new URL("model.wasm", import.meta.url));
  const made = code instanceof WebAssembly.Module ? code : await WebAssembly.compile(code);
  return new Model(made, await WebAssembly.instantiate(made), told);
}

/**
 * Say whether this machine computes, to the last bit, what the program that compiled the model expects; null where
 * model.json tells no digest. Takes what `load` takes.
 */
export async function checked(files) {
  const model = await load(files);
  const { check } = model.description;
  if (!check) return null;
  for (const [label, value] of Object.entries(check.moved)) model.set(label, value);
  return digest(model.run()) === check.digest;
}

/** Give 64 bits of all that was computed, as hexadecimal digits. Everything that is no number counts as the same. */
export function digest(results) {
  let [one, other] = [0x9747b28c, 0x3c6ef372];
  for (const [output, values] of results.values) {
    if (output.kind !== "moving" && output.kind !== "still") continue;
    const words = new DataView(values.buffer, values.byteOffset, values.byteLength);
    for (let at = 0; at < words.byteLength; at += 4) {
      const word = Number.isNaN(values[at >> 3]) ? (at & 4 && 0x7ff80000) : words.getUint32(at, true);
      [one, other] = [stirred(one, word, 0xcc9e2d51), stirred(other, word, 0x1b873593)];
    }
  }
  return [one, other].map((bits) => (bits >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Stir a word into 32 bits as MurmurHash3 does, with one multiplication. */
function stirred(bits, word, factor) {
  const turned = bits ^ Math.imul(word, factor);
  return (Math.imul((turned << 15) | (turned >>> 17), 5) + 0xe6546b64) | 0;
}

async function parsed(source) {
  if (typeof source === "object" && !(source instanceof URL)) return source;
  return JSON.parse(new TextDecoder().decode(await bytes(source)));
}

async function bytes(source) {
  if (typeof source === "object" && !(source instanceof URL)) return source;
  if (globalThis.process?.versions?.node && !/^https?:/.test(source)) {
    const { readFile } = await import("node:fs/promises");
    return readFile(/^file:/.test(source) ? new URL(source) : source);
  }
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source}: ${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}

/** What was computed. Values of a variable have the axes (times, elements, runs), the last one running fastest. */
export class Results {
  constructor(times, runs, outputs) {
    this.times = times;
    this.runs = runs;
    this.values = new Map(outputs.map((o) => [o, new Float64Array(times.length * o.labels.length * runs)]));
  }

  /** Give the values of a variable, or of one element: "Income", "Income[North]". */
  get(label) {
    this.places ??= places([...this.values.keys()]);
    const [output, element] = found(this.places, label, "output");
    const all = this.values.get(output);
    const size = output.labels.length;
    if (element === null || size === 1) return all;
    const one = new Float64Array(this.times.length * this.runs);
    for (let row = 0; row < this.times.length; row++) {
      const start = (row * size + element) * this.runs;
      one.set(all.subarray(start, start + this.runs), row * this.runs);
    }
    return one;
  }
}

/** A loaded model; it holds the values that were set. */
export class Model {
  #exports;
  #at;
  #inputs;
  #outputs;
  #given; // what is set, by kind of input: (times of all steps, places); of constants (places)
  #stride;
  #prepared = null;
  #running = new Set();

  constructor(module, instance, description) {
    const { layout, time, inputs } = description;
    this.module = module;
    this.description = description;
    this.times = Float64Array.from(time.saved);
    this.#exports = instance.exports;
    this.#inputs = places(inputs);
    this.#outputs = places(description.outputs);
    const rows = time.steps + 1;
    this.#given = {
      constant: new Float64Array(layout.constant),
      series: new Float64Array(rows * layout.series),
      varying: new Float64Array(rows * layout.varying),
    };
    for (const input of inputs) this.#put(input, null, input.values.map(number));
    const most = Math.floor(MOST / (8 * Math.max(1, layout.moving * time.rows.length)) / layout.lanes) * layout.lanes;
    this.#stride = Math.max(layout.lanes, Math.min(layout.block, most));
    this.#arrange(layout, time);
  }

  /**
   * Set an input for all later runs. A constant takes a number or a number for each element; a series takes these
   * too, or all its numbers (times of all steps, elements), or an object of times and numbers, which is read off
   * between its times and held beyond them. "Income[North]" is one element.
   */
  set(label, value) {
    const [input, element] = found(this.#inputs, label, "input");
    this.#put(input, element, value);
  }

  /** Run once. */
  run({ outputs } = {}) {
    const batch = this.#batch({}, 1, outputs);
    this.#part(batch, 0, 1);
    return batch.results;
  }

  /**
   * Run once for each value. `values` are constants by label, of an array all elements with the axis of runs last;
   * and series that may vary, (times of all steps, elements, runs). Ends at once with an AbortError when `signal`
   * is aborted or `cancel` is called. `progress` is told the number of runs done and the results so far.
   */
  async many(values, { outputs, signal, progress } = {}) {
    const batch = this.#batch(values, this.#counted(values), outputs);
    await this.#all(batch, signal, progress);
    return batch.results;
  }

  /** Cancel what `many` is running. */
  cancel() {
    for (const stop of this.#running) stop.abort();
  }

  /**
   * Run until a time and keep the state there. The answer's `many(series)` goes on from it: series take other values
   * from that time on, those that may differ from run to run also a value for each run; all else stays as it was.
   */
  async past(time, values = {}, { outputs, signal } = {}) {
    const { steps } = this.description.time;
    const close = 1e-6 * this.description.time.step;
    let changed = 0;
    while (changed <= steps && this.#time(changed) < time - close) changed++;
    const from = changed - (changed % 2); // the state lies where even steps begin
    if (!(from > 0 && changed <= steps)) throw new Error(`${time} is not between the second step and the last`);
    const runs = Object.keys(values).length ? this.#counted(values) : 1;
    const batch = { ...this.#batch(values, runs, outputs), last: from - 1, states: new Map() };
    await this.#all(batch, signal);
    return { many: (series = {}, options = {}) => this.#later(batch, from, changed, series, options) };
  }

  async #later(past, from, changed, series, { signal, progress } = {}) {
    const { layout, time } = this.description;
    const given = this.#copy(past);
    const by_run = past.by_run.map((values) => (values.kind === "varying" ? { ...values } : values));
    const moving = by_run.filter(({ kind }) => kind === "varying");
    for (const [label, value] of Object.entries(series)) {
      const [input, element] = found(this.#inputs, label, "input");
      if (input.kind === "constant") throw new Error(`${label} is a constant; it cannot change later`);
      const [size, place] = element === null ? [input.labels.length, input.place] : [1, input.place + element];
      if (input.kind === "varying")
        for (const values of moving) if (values.place === place && values.size === size) values.until = changed;
      const all = (time.steps + 1) * size * past.results.runs;
      if (input.kind === "varying" && past.results.runs > 1 && value.length === all)
        by_run.push({ ...this.#values({ [label]: value })[0], since: changed });
      else this.#put(input, element, value, given);
    }
    for (const kind of ["series", "varying"]) given[kind].set(past.set[kind].subarray(0, changed * layout[kind]));
    const results = new Results(this.times, past.results.runs, [...past.results.values.keys()]);
    for (const [output, kept] of past.results.values) results.values.get(output).set(kept);
    const batch = { ...past, results, by_run, set: given, from, last: time.steps };
    await this.#all(batch, signal, progress);
    past.spare = given;
    return results;
  }

  /** Copy what is set in a past, into lists that an earlier run has left where there are some. */
  #copy(past) {
    const given = past.spare ?? { ...past.set, series: new Float64Array(past.set.series.length), varying: new Float64Array(past.set.varying.length) };
    past.spare = null;
    for (const kind of ["series", "varying"]) given[kind].set(past.set[kind]);
    if (this.#prepared === given.series) this.#prepared = null; // it will hold other numbers
    return given;
  }

  /** Give the time at which a step begins. */
  #time(number) {
    const { initial, step, times } = this.description.time;
    return times ? times[number] : initial + number * step;
  }

  #put(input, element, value, given = this.#given) {
    const { steps } = this.description.time;
    const [data, width] = [given[input.kind], this.description.layout[input.kind]];
    const rows = input.kind === "constant" ? 1 : steps + 1;
    const [size, place] = element === null ? [input.labels.length, input.place] : [1, input.place + element];
    const dated = value !== null && typeof value === "object" && value.length === undefined;
    if (dated && rows > 1 && size === 1) value = Float64Array.from({ length: rows }, (_, i) => readOff(value, this.#time(i)));
    const list = typeof value === "number" ? new Array(size).fill(value) : value;
    if (list?.length !== size && list?.length !== size * rows) throw new Error(`${input.title} takes ${size} number(s)`);
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < size; k++) data[i * width + place + k] = list[list.length === size ? k : i * size + k];
  }

  /** Find what is given for many runs: kinds, places, numbers, and how many times and runs they are for. */
  #values(values) {
    return Object.entries(values).map(([label, list]) => {
      const [input, element] = found(this.#inputs, label, "input");
      if (input.kind === "series") throw new Error(`${label} is the same in all runs; set it before`);
      const [size, place] = element === null ? [input.labels.length, input.place] : [1, input.place + element];
      const rows = input.kind === "constant" ? 1 : this.description.time.steps + 1;
      const runs = list.length / (size * rows);
      return { label, kind: input.kind, place, size, since: 0, until: rows, list, runs };
    });
  }

  #counted(values) {
    const [first, ...rest] = this.#values(values);
    if (!first) throw new Error("name a constant that differs from run to run");
    for (const { label, runs } of [first, ...rest])
      if (!(runs >= 1) || !Number.isInteger(runs) || runs !== first.runs)
        throw new Error(`the numbers of runs differ: ${label} has ${runs}, ${first.label} has ${first.runs}`);
    return first.runs;
  }

  #batch(values, runs, wanted) {
    const outputs = this.description.outputs;
    const kept = wanted ? [...new Set(wanted.map((label) => found(this.#outputs, label, "output")[0]))] : outputs;
    const by_run = this.#values(values);
    const set = Object.fromEntries(Object.entries(this.#given).map(([kind, data]) => [kind, data.slice()]));
    for (const [input] of this.#inputs.values())
      if (input.values[0] === null && Number.isNaN(set[input.kind][input.place]))
        if (!by_run.some(({ kind, place }) => kind === input.kind && place === input.place))
          throw new Error(`${input.title} has no numbers; set it`);
    return { results: new Results(this.times, runs, kept), by_run, set, from: 0, last: this.description.time.steps };
  }

  async #all(batch, signal, progress) {
    const stop = new AbortController();
    const { runs } = batch.results;
    this.#running.add(stop);
    try {
      for (let start = 0; start < runs; start += this.#stride) {
        if (start) await turn();
        signal?.throwIfAborted();
        stop.signal.throwIfAborted();
        const count = Math.min(this.#stride, runs - start);
        this.#part(batch, start, count);
        progress?.(start + count, batch.results);
      }
    } finally {
      this.#running.delete(stop);
    }
  }

  /** Say where each array lies, make the memory large enough and tell which steps are saved. */
  #arrange(layout, time) {
    const rows = time.steps + 1;
    let next = Math.ceil(layout.free / 64) * 64;
    const take = (count) => {
      const at = next;
      next += Math.ceil((8 * count) / 64) * 64;
      return at;
    };
    this.#at = {
      rows: take(rows),
      XS: take(rows * layout.series),
      F: take(layout.fixed),
      Z: take(rows * layout.shared),
      P: take(layout.constant * this.#stride),
      X: take(rows * layout.varying * this.#stride),
      Y: take(time.rows.length * layout.moving * this.#stride),
      N: take(layout.still * this.#stride),
      W: take(layout.work),
    };
    const { memory } = this.#exports;
    const missing = next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    const saved = new BigInt64Array(memory.buffer, this.#at.rows, rows).fill(-1n);
    time.rows.forEach((step, row) => (saved[step] = BigInt(row)));
  }

  /** Compute some of the runs; what is missing to whole registers repeats the last one. */
  #part(batch, start, count) {
    const { layout, time } = this.description;
    const { memory, prepare, run } = this.#exports;
    const at = this.#at;
    const view = (where, length) => new Float64Array(memory.buffer, where, length);
    const stride = Math.ceil(count / layout.lanes) * layout.lanes;
    if (this.#prepared !== batch.set.series) {
      view(at.XS, batch.set.series.length).set(batch.set.series);
      prepare(BigInt(time.steps), at.XS, at.F, at.Z);
      this.#prepared = batch.set.series;
    }
    const packed = { constant: view(at.P, batch.set.constant.length * stride), varying: view(at.X, batch.set.varying.length * stride) };
    for (const [kind, first] of [["constant", 0], ["varying", batch.from * layout.varying]])
      repeat(batch.set[kind], first, packed[kind], stride);
    if (layout.run_number !== undefined)
      for (let r = 0; r < stride; r++) packed.constant[layout.run_number * stride + r] = start + Math.min(r, count - 1);
    for (const { kind, place, size, since, until, list } of batch.by_run)
      for (let i = kind === "varying" ? Math.max(since, batch.from) : 0; i < until; i++)
        for (let k = 0; k < size; k++) {
          const [to, from] = [(i * layout[kind] + place + k) * stride, (i * size + k) * batch.results.runs + start];
          for (let r = 0; r < stride; r++) packed[kind][to + r] = list[from + Math.min(r, count - 1)];
        }
    if (batch.from > 0) view(at.W, layout.work).set(batch.states.get(start));
    const counts = [stride, stride, batch.from, batch.last].map(BigInt);
    run(...counts, at.P, at.XS, at.X, at.Y, at.N, at.W, at.F, at.Z, at.rows);
    if (batch.states && batch.from === 0) batch.states.set(start, view(at.W, layout.work).slice());
    this.#collect(batch, packed, start, count, stride);
  }

  /** Copy outputs of some runs to the results; what keeps still is copied once, with the first step. */
  #collect({ results, set, from, last }, packed, start, count, stride) {
    const { layout, time } = this.description;
    const { buffer } = this.#exports.memory;
    const Y = new Float64Array(buffer, this.#at.Y, time.rows.length * layout.moving * stride);
    const N = new Float64Array(buffer, this.#at.N, layout.still * stride);
    for (const [output, values] of results.values) {
      const size = output.labels.length;
      const input = output.kind === "input" ? this.#inputs.get(key(output.title))[0] : null;
      const changes = output.kind === "moving" || (input && input.kind !== "constant");
      time.rows.forEach((step, row) => {
        if (changes ? step < from || step > last : from > 0) return;
        for (let k = 0; k < size; k++) {
          const to = (row * size + k) * results.runs + start;
          const fill = (value) => values.fill(value, to, to + count);
          if (output.kind === "moving") copy(Y, (row * layout.moving + output.place + k) * stride, values, to, count);
          else if (output.kind === "still") copy(N, (output.place + k) * stride, values, to, count);
          else if (output.kind === "fixed") fill(number(output.values[k]));
          else if (input.kind === "series") fill(set.series[step * layout.series + input.place + k]);
          else {
            const at = input.kind === "constant" ? 0 : step * layout.varying;
            copy(packed[input.kind], (at + input.place + k) * stride, values, to, count);
          }
        }
      });
    }
  }
}

/** Give a number as the description writes it: null is no number, text an infinite one. */
function number(told) {
  return told === null ? NaN : Number(told);
}

/** Put every number, from one on, so many times into another list. */
function repeat(from, first, to, times) {
  let at = first * times;
  for (let place = first; place < from.length; place++) {
    const value = from[place];
    for (const end = at + times; at < end; at++) to[at] = value;
  }
}

function copy(from, at, to, place, count) {
  for (let r = 0; r < count; r++) to[place + r] = from[at + r];
}

/** Labels as Vensim takes them: capitals, blanks and underscores make no difference. */
export function key(label) {
  return label.toLowerCase().replace(/[\s_]+/g, " ").replace(/ ?([[\],]) ?/g, "$1").replace(/"/g, "").trim();
}

/** Give by label: an item, and the number of its element or null for the whole. */
function places(items) {
  const all = new Map();
  for (const item of items) {
    item.labels.forEach((label, element) => all.set(key(label), [item, element]));
    all.set(key(item.name), [item, null]);
    all.set(key(item.title), [item, null]);
  }
  return all;
}

function found(all, label, what) {
  const place = all.get(key(label));
  if (!place) throw new Error(`there is no ${what} "${label}"`);
  return place;
}

/** Read a series off at a time: straight lines between its times, held beyond them. */
function readOff(points, time) {
  const dates = Object.keys(points).map(Number).sort((a, b) => a - b);
  const after = dates.findIndex((date) => date > time);
  if (after === 0 || after < 0) return points[dates.at(after)];
  const [left, right] = [dates[after - 1], dates[after]];
  const slope = (points[right] - points[left]) / (right - left);
  return slope * (time - left) + points[left];
}

/** Let the page, or whoever else waits, have its turn. */
function turn() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
