/** Which of the named loops drive an outcome when, in one run: Loops That Matter, as decisions/loops.py has it. */

const OUTSIDE = -1; // the partition of a loop with a link that never carries anything
const NEXT_TO_NOTHING = 1e-12; // the least weight that a path still follows

/** Scores of loops in one run, from those of links by "cause effect", (steps) each. */
export class Loops {
  constructor(links, told, steps) {
    Object.assign(this, { links, told, steps });
    this.none = new Float64Array(steps);
    this.known = new Set([...links.values()].flatMap(({ cause, effect }) => [cause, effect]));
    this.parts = this.#parts();
    this.scores = this.#byLoop((loop) => this.chain(loop).reduce((product, key) => product.map((value, step) => value * this.link(key)[step]), new Float64Array(steps).fill(1)));
    this.partitions = this.#partitions();
    const counted = [...this.partitions.values()];
    this.ranked = told.loops.filter(({ id }) => this.partitions.get(id) !== OUTSIDE && counted.filter((part) => part === this.partitions.get(id)).length > 1);
    this.shares = this.#shares();
  }

  /** Give the keys of a loop's links. */
  chain({ variables }) {
    return variables.map((name, i) => `${this.#cell(name)} ${this.#cell(variables[(i + 1) % variables.length])}`);
  }

  /** Give the scores of a link; 0 where nothing comes over it. */
  link(key) {
    return this.links.get(key)?.scores ?? this.none;
  }

  /** Give the part of a link in all that moves its effect, signed as the link. */
  part(key) {
    return this.parts.get(key) ?? this.none;
  }

  /** Give the share of every ranked loop in what drives an outcome, signed as the loop. */
  drives(outcome) {
    const hold = this.hold(outcome);
    return this.#scaled((id, step) => this.shares.get(id)[step] * hold.get(id)[step], () => 0);
  }

  /** Give how much of the outcome's change comes over the strongest path from each ranked loop. */
  hold(outcome) {
    const found = new Map(this.ranked.map(({ id }) => [id, new Float64Array(this.steps)]));
    const target = this.#cell(outcome);
    if (!this.known.has(target)) return found;
    const into = this.#into();
    for (let step = 0; step < this.steps; step++) {
      const far = this.#distances(target, into, step);
      for (const { id, variables } of this.ranked) found.get(id)[step] = Math.max(...variables.map((name) => Math.exp(-(far.get(this.#cell(name)) ?? Infinity))));
    }
    return found;
  }

  #cell(name) {
    return this.told.cells[name];
  }

  #byLoop(make, loops = this.told.loops) {
    return new Map(loops.map((loop) => [loop.id, make(loop)]));
  }

  #parts() {
    const totals = new Map();
    for (const { effect, scores } of this.links.values()) {
      if (!totals.has(effect)) totals.set(effect, new Float64Array(this.steps));
      scores.forEach((score, step) => (totals.get(effect)[step] += Math.abs(score)));
    }
    return new Map([...this.links].map(([key, { effect, scores }]) => [key, scores.map((score, step) => over(score, totals.get(effect)[step]))]));
  }

  /** Find the partition of every loop: what both follows from it and leads to it. */
  #partitions() {
    const [ahead, behind] = [new Map(), new Map()];
    for (const { cause, effect } of this.links.values()) {
      ahead.set(cause, [...(ahead.get(cause) ?? []), effect]);
      behind.set(effect, [...(behind.get(effect) ?? []), cause]);
    }
    const known = [];
    return this.#byLoop(({ variables }) => {
      const cells = variables.map((name) => this.#cell(name));
      let place = known.findIndex((part) => part.has(cells[0]));
      if (place < 0) {
        const back = linked(cells[0], behind);
        place = known.push(new Set([...linked(cells[0], ahead)].filter((cell) => back.has(cell)))) - 1;
      }
      return cells.every((cell) => this.known.has(cell) && known[place].has(cell)) ? place : OUTSIDE;
    });
  }

  /** Give the share of every ranked loop among the named ones of its partition. */
  #shares() {
    return this.#scaled((id, step) => this.scores.get(id)[step], (id) => this.partitions.get(id));
  }

  /** Scale values so that the sizes of those in one group add up to one at each step. */
  #scaled(value, group) {
    const totals = new Map();
    for (const { id } of this.ranked) {
      if (!totals.has(group(id))) totals.set(group(id), new Float64Array(this.steps));
      totals.get(group(id)).forEach((sum, step, list) => (list[step] = sum + Math.abs(value(id, step))));
    }
    return this.#byLoop(({ id }) => this.none.map((_, step) => over(value(id, step), totals.get(group(id))[step])), this.ranked);
  }

  #into() {
    const into = new Map();
    for (const [key, { cause, effect }] of this.links) into.set(effect, [...(into.get(effect) ?? []), [cause, this.parts.get(key)]]);
    return into;
  }

  /** Give how far every cell is from a target at a step, where a link is the longer, the smaller its part. */
  #distances(target, into, step) {
    const far = new Map([[target, 0]]);
    const pending = [target]; // a cell that is reached in a shorter way is looked at again
    while (pending.length) {
      const next = [];
      for (const effect of pending)
        for (const [cause, part] of into.get(effect) ?? []) {
          const way = far.get(effect) - Math.log(Math.max(Math.abs(part[step]), NEXT_TO_NOTHING)) + NEXT_TO_NOTHING;
          if (way >= (far.get(cause) ?? Infinity)) continue;
          far.set(cause, way);
          next.push(cause);
        }
      pending.splice(0, pending.length, ...new Set(next));
    }
    return far;
  }
}

/** Give the mean size of a share, with the sign that it has on the whole. */
export function meanSize(shares) {
  const sum = shares.reduce((total, share) => total + share, 0);
  return (shares.reduce((total, share) => total + Math.abs(share), 0) / shares.length || 0) * (Math.sign(sum) || 1);
}

/** Give the cells that are reached from one by links. */
function linked(cell, links) {
  const found = new Set([cell]);
  for (const one of found) for (const next of links.get(one) ?? []) found.add(next);
  return found;
}

function over(part, whole) {
  return whole > 0 ? part / whole : 0;
}
