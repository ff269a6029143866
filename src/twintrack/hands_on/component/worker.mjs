/**
 * Computes worlds beside the page. Two workers share the many worlds: the lead is asked, hands the question on to the
 * second, and answers for both. The newest state counts: work on an older one ends after its first answer. On a slow
 * machine a third worker runs the one world that curves stand in; once loops are asked for, one more measures them.
 *
 * page -> worker: {t: "init", module, description, data, draws, places, port, lead, loops}, {t: "state", id, state,
 * outputs, diff, year, rank}, {t: "map", id, state, output, across, down}, {t: "one", id, state, outputs}, {t: "loops", id, state,
 * outcome}, state null where it is not wanted any more
 * worker -> page: {t: "bands", id, outputs, worlds, whole, found, lacking, ms, rank}, {t: "map", id, leads},
 * {t: "one", id, mine, base, pins, lacking}, {t: "loops", id, times, loops}, {t: "fault", id, message}
 * lead -> second: {t: "state", ...}; second -> lead: {id, part}, part null where it has failed
 */
import { Draws, Lab, costs } from "./lab.mjs";
import { Runs, linkScores } from "./links.mjs";
import { Loops, meanSize } from "./loops.mjs";
import { opened } from "./plan.mjs";
import { Singles } from "./singles.mjs";
import { reference } from "./state.mjs";
import { ahead, bands, influences, less, quantile, rowOf } from "./stats.mjs";

const FIRST = 20; // worlds after which the first answer goes out
const FRAME = 16; // milliseconds that the page then has the processors, to draw it

/** Answer messages of a worker's scope. */
export function serve(scope) {
  const todo = new Map(); // the newest job of each kind
  let [desk, busy] = [null, false];
  const fault = (id, error) => scope.postMessage({ t: "fault", id, message: String(error) });
  const take = async ({ data: message }) => {
    todo.set(message.t, message);
    desk?.wake();
    work();
  };
  scope.onmessage = async (event) => {
    if (event.data.t !== "init") return take(event);
    try {
      const asked = { tell: (answer) => scope.postMessage(answer), take, stale: (kind = "state") => todo.has(kind) };
      desk = await Desk.open(event.data, asked);
    } catch (error) {
      fault(-1, error);
    }
    return work();
  };

  async function work() {
    if (busy || !desk) return;
    busy = true;
    while (todo.size) {
      await pause(); // newer messages may wait
      const job = todo.get("state") ?? todo.values().next().value;
      todo.delete(job.t);
      try {
        await desk.work(job);
      } catch (error) {
        if (error.name !== "AbortError") {
          fault(job.id, error);
          desk.failed(job);
        }
      }
    }
    busy = false;
  }
}

class Desk {
  #base = { key: "", known: new Map() }; // what strategies that others are compared with do
  #second = { id: -1, parts: [] }; // what the second worker has sent last
  #wake = null;
  #stop = null; // ends the measuring of loops
  #measured = { key: "", loops: null }; // the loops that were measured last

  static async open({ places, lead, port, ...given }, { tell, take, stale }) {
    const desk = new Desk();
    const { names, count, values } = given.draws;
    const draws = new Draws(names, count, values);
    const lab = await Lab.open({ ...given, data: opened(given.data), draws });
    Object.assign(desk, { lab, tell, stale, draws, lead, port, given, singles: new Singles(lab) });
    const first = FIRST / (port ? 2 : 1);
    desk.chunks = draws.count > FIRST ? [places.slice(0, first), places.slice(first)] : [places];
    if (port) port.onmessage = lead ? ({ data }) => desk.#arrived(data) : take;
    return desk;
  }

  work(job) {
    if (job.t === "one") return this.#one(job);
    if (job.t === "loops") return this.#loops(job);
    return job.t === "map" ? this.#map(job) : this.#state(job);
  }

  /** Newer messages have come: who waits looks again. */
  wake() {
    this.#wake?.();
    if (this.stale("loops")) this.#stop?.abort();
  }

  /** A job has failed: the lead must not wait for it. */
  failed({ t, id }) {
    if (t === "state" && this.port && !this.lead) this.port.postMessage({ id, part: null });
  }

  async #one({ id, state, outputs }) {
    this.tell({ t: "one", id, ...(await this.singles.of(state, outputs)) });
  }

  async #loops({ id, state, outcome }) {
    if (!state) return;
    this.#stop = new AbortController();
    const loops = await this.#measure(state, this.#stop.signal);
    const drives = loops.drives(outcome);
    const found = loops.ranked.map((loop) => ({ ...loop, drives: drives.get(loop.id), parts: loops.chain(loop).map((key) => meanSize(loops.part(key))) }));
    this.tell({ t: "loops", id, times: this.runs.begins.map(this.runs.at), loops: found });
  }

  async #measure(state, signal) {
    const { s, x, b, l, c, h, w } = state;
    const key = JSON.stringify([s, x, b, l, c, h, w]);
    if (this.#measured.key === key) return this.#measured.loops;
    const { draws, lab } = this;
    this.runs ??= await Runs.open({ ...this.given, data: lab.data, draws });
    const links = await linkScores(this.runs, await this.runs.of(state, signal), signal);
    this.#measured = { key, loops: new Loops(links, this.given.loops.told, this.runs.begins.length) };
    return this.#measured.loops;
  }

  async #state(job) {
    const began = performance.now();
    const parts = [];
    if (this.lead) this.port?.postMessage(job);
    for (const [i, places] of this.chunks.entries()) {
      if (i) await this.#rest();
      const part = await this.#part(job, places, !i);
      if (!this.lead) this.port.postMessage({ id: job.id, part });
      else parts.push(part, ...(this.port ? [await this.#other(job.id, i)] : []));
      if (this.lead) this.#answer(job, parts, began, i === this.chunks.length - 1);
    }
  }

  /** Leave the page a frame's time; newer jobs end that, and the work on this one. */
  async #rest() {
    await new Promise((done) => {
      this.#wake = done;
      if (this.stale()) done();
      else setTimeout(done, FRAME);
    });
    if (this.stale()) throw new DOMException("a newer state", "AbortError");
  }

  /** Wait for a part of the second worker; newer jobs end it, but for the first part. */
  async #other(id, i) {
    while (!(this.#second.id === id && this.#second.parts.length > i)) {
      if (i && this.stale()) throw new DOMException("a newer state", "AbortError");
      await new Promise((done) => (this.#wake = done));
    }
    if (!this.#second.parts[i]) throw new DOMException("the second worker has said why", "AbortError");
    return this.#second.parts[i];
  }

  #arrived({ id, part }) {
    if (this.#second.id !== id) this.#second = { id, parts: [] };
    this.#second.parts.push(part);
    this.wake();
  }

  /** Run a job in some worlds. Newer jobs end it, but for the first part, which is always answered. */
  async #part({ state, outputs }, places, first) {
    const stop = new AbortController();
    const progress = () => !first && this.stale() && stop.abort();
    const labels = [...new Set([...outputs, this.lab.data.cost].filter(Boolean))];
    if (!places.length) return { places, runs: 0, mine: labels.map(() => []), base: labels.map(() => []) };
    const worlds = this.lab.worlds(state, places);
    const { data } = this.lab;
    const plain = await this.#fixed(reference(data, state, data.baseline), worlds, labels, null);
    const goal = data.cost ? costs(plain, data.cost) : null;
    const base = await this.#fixed(reference(data, state), worlds, labels, goal);
    await pause(); // newer messages may wait
    progress();
    stop.signal.throwIfAborted();
    const { results } = await this.lab.run(state, worlds, labels, { goal, signal: stop.signal, progress });
    const listed = (all) => labels.map((label) => all.get(label));
    return { places, runs: worlds.runs, mine: listed(results), base: listed(base) };
  }

  #answer(job, parts, began, whole) {
    const { outcome, time } = this.lab.data;
    const runs = parts.reduce((sum, { runs }) => sum + runs, 0);
    const row = nearest(this.lab.times, job.year);
    const since = whole || job.diff ? nearest(this.lab.times, time.start) : 0;
    const found = job.outputs.map((label, i) => {
      const [mine, base] = ["mine", "base"].map((key) => together(parts, key, i));
      const [own, plain] = [mine, base].map((values) => rowOf(values, runs, row));
      const counted = ahead(own, plain, outcome.get(label).better);
      const drawn = job.diff ? { diff: bands(less(mine, base), runs, since) } : { mine: bands(mine, runs), base: bands(base, runs) };
      return { ...drawn, ...counted, at: middles(own, plain) };
    });
    const lacking = job.state.b === "equal" ? runs - found[0].of : 0;
    const rank = whole && job.rank ? this.#rank(job, parts, row) : null;
    this.tell({ t: "bands", id: job.id, outputs: job.outputs, worlds: runs, whole, found, lacking, ms: performance.now() - began, rank });
  }

  /** Say in which world the strategy is furthest behind in an outcome, and which parameters its lead goes with. */
  #rank({ outputs, rank }, parts, row) {
    const i = outputs.indexOf(rank);
    const sign = this.lab.data.outcome.get(rank).better === "lower" ? -1 : 1;
    const places = parts.flatMap(({ places }) => places);
    const lead = parts.flatMap((one) => [...less(rowOf(one.mine[i], one.runs, row), rowOf(one.base[i], one.runs, row))].map((x) => sign * x));
    const order = places.map((_, w) => w).filter((w) => Number.isFinite(lead[w])).sort((a, b) => lead[a] - lead[b]);
    return { output: rank, worst: places[order[0]], best: places[order.at(-1)], lead: lead[order[0]], top: influences(this.draws, places, lead).slice(0, 12) };
  }

  async #map({ id, state, output, across, down, year }) {
    const grid = { [across.name]: [], [down.name]: [] };
    for (const y of down.values)
      for (const x of across.values) {
        grid[across.name].push(x);
        grid[down.name].push(y);
      }
    const worlds = this.lab.moved(state, grid);
    const labels = [...new Set([output, this.lab.data.cost].filter(Boolean))];
    const stop = new AbortController();
    const options = { signal: stop.signal, progress: () => this.stale() && stop.abort() };
    const run = async (asked, goal) => (await this.lab.run(asked, worlds, labels, { ...options, goal })).results;
    const { data } = this.lab;
    const plain = await run(reference(data, state, data.baseline), null);
    const goal = data.cost ? costs(plain, data.cost) : null;
    const base = state.a === data.baseline ? plain : await run(reference(data, state), goal);
    const results = await run(state, goal);
    const row = nearest(this.lab.times, year);
    const sign = this.lab.data.outcome.get(output).better === "lower" ? -1 : 1;
    const leads = less(rowOf(results.get(output), worlds.runs, row), rowOf(base.get(output), worlds.runs, row)).map((x) => sign * x);
    this.tell({ t: "map", id, output, year, across, down, leads });
  }

  /** Give what a strategy that others are compared with does; it is kept until the worlds are others. */
  async #fixed(asked, worlds, labels, goal) {
    const key = JSON.stringify([asked.c, asked.w, labels]);
    if (this.#base.key !== key) this.#base = { key, known: new Map() };
    const { known } = this.#base;
    const place = `${asked.s} ${asked.b} ${worlds.key}`;
    if (!known.has(place)) known.set(place, (await this.lab.run(asked, worlds, labels, { goal })).results);
    return known.get(place);
  }
}

/** Put the worlds of parts beside each other, time by time. */
function together(parts, key, i) {
  if (parts.length === 1) return parts[0][key][i];
  const runs = parts.reduce((sum, one) => sum + one.runs, 0);
  const rows = parts[0][key][i].length / parts[0].runs;
  const list = new Float64Array(rows * runs);
  let at = 0;
  for (const one of parts) {
    for (let row = 0; row < rows; row++) list.set(rowOf(one[key][i], one.runs, row), row * runs + at);
    at += one.runs;
  }
  return list;
}

/** Give the medians of both and of their difference, over the worlds where there is one. */
function middles(mine, base) {
  const median = (values) => quantile(values.filter(Number.isFinite).sort(), 0.5);
  return { mine: median(mine), base: median(base), diff: median(less(mine, base)) };
}

/** Give the place of the time that is nearest. */
export function nearest(times, time) {
  return times.reduce((best, other, i) => (Math.abs(other - time) < Math.abs(times[best] - time) ? i : best), 0);
}

function pause() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), done());
    port2.postMessage(null);
  });
}
