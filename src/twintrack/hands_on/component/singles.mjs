/** The one world that curves stand in: what a strategy, the one it is compared with and pinned ones do there. */
import { costs } from "./lab.mjs";
import { changed, reference } from "./state.mjs";

const HELD = 12; // results that are kept

/** Runs single worlds, on the page or in a worker; what was asked last is kept. */
export class Singles {
  #kept = new Map(); // results by what was asked
  #ran = 0;

  constructor(lab) {
    this.lab = lab;
  }

  /**
   * Give for each of `mine`, `base` and `pins` the values of outputs by name; `lacking` says whether one of them has
   * no equal cost, `ran` how many had to be run. Nothing waits in it.
   */
  async of(state, outputs) {
    const { data } = this.lab;
    const before = this.#ran;
    const plain = await this.#one(reference(data, state, data.baseline), outputs, null);
    const goal = data.cost ? costs(plain, data.cost) : null;
    const base = await this.#one(reference(data, state), outputs, goal);
    const mine = changed(state) ? await this.#one(state, outputs, goal) : base;
    const pins = [];
    for (const pin of state.p) pins.push(await this.#one({ ...state, ...pin }, outputs, goal));
    const lacking = [mine, base, ...pins].some((one) => one.lacking);
    return { mine, base, pins, lacking, ran: this.#ran - before };
  }

  async #one(state, outputs, goal) {
    const { data } = this.lab;
    const labels = [...new Set([...outputs, data.cost].filter(Boolean))];
    const key = JSON.stringify([state.s, state.x, state.b, state.l, state.c, state.h, state.w, labels]);
    if (!this.#kept.has(key)) {
      this.#ran++;
      const { results, factors } = await this.lab.run(state, this.lab.worlds(state, null), labels, { goal });
      const found = new Map(labels.map((label) => [label, results.get(label)]));
      if (this.#kept.size >= HELD) this.#kept.delete(this.#kept.keys().next().value);
      this.#kept.set(key, Object.assign(found, { runs: 1, factor: factors && factors[0], lacking: Boolean(factors && Number.isNaN(factors[0])) }));
    }
    return this.#kept.get(key);
  }
}
