/**
 * Equal public cost in each world: one factor on money levers for every world. All are found together by inverse
 * quadratic interpolation, and by bisection where that is not to be trusted (Chandrupatla 1997, Adv. Eng. Software 28).
 */

const TOLERANCE = 1e-9; // relative excess of cost that counts as none
const WIDTH = 1e-12; // width of a bracket that is not parted any further: cost jumps there
const MATCHED = 1e-3; // relative excess up to which a world counts as matched where cost jumps
const ROUNDS = 64;
const BEYOND = 1.1; // a known slope is followed so far, so that the root lies between

/**
 * Find in every world the factor at which the relative excess of cost is zero; NaN where there is none.
 * `excess` gives it for a factor for each world. `known` are factors and slopes of an earlier search in these worlds,
 * to begin from; the answer has those of this one.
 */
export async function equalFactors(excess, worlds, [lowest, highest], { known = null, tolerance = TOLERANCE } = {}) {
  const start = Float64Array.from({ length: worlds }, (_, w) => within(known?.factors[w] ?? NaN, lowest, highest));
  const best = start.slice();
  const left = new Float64Array(worlds).fill(Infinity);
  const tried = async (factors, open) => {
    const found = await excess(factors);
    for (const w of open) if (Math.abs(found[w]) < Math.abs(left[w])) [best[w], left[w]] = [factors[w], found[w]];
    return found;
  };
  const all = [...best.keys()];
  const low = (await tried(start, all)).slice();
  const far = low.map((value) => (value > 0 ? lowest : highest));
  const [a, b, high] = [start.slice(), far.slice(), new Float64Array(worlds).fill(NaN)];
  const slopes = Float64Array.from({ length: worlds }, (_, w) => known?.slopes[w] ?? NaN);
  let open = all.filter((w) => Math.abs(low[w]) > tolerance && Number.isFinite(low[w]) && Number.isFinite(far[w]));
  const second = async (factors, places) => {
    const found = await tried(merged(best, factors, places), places);
    for (const w of places) {
      slopes[w] = (found[w] - low[w]) / (factors[w] - a[w]);
      if (factors[w] !== far[w] && found[w] * low[w] > 0) [a[w], low[w]] = [factors[w], found[w]];
      else [b[w], high[w]] = [factors[w], found[w]];
    }
  };
  const near = start.map((factor, w) => factor - (BEYOND * low[w]) / slopes[w]);
  const close = open.filter((w) => (near[w] - start[w]) * (far[w] - near[w]) > 0);
  if (close.length) await second(near, close);
  const away = open.filter((w) => Number.isNaN(high[w]) && Math.abs(left[w]) > tolerance);
  if (away.length) await second(far, away);
  const crosses = all.map((w) => open.includes(w) && low[w] * high[w] < 0);
  const going = (w) => Math.abs(b[w] - a[w]) > WIDTH && Math.abs(left[w]) > tolerance && Number.isFinite(high[w]);
  open = open.filter((w) => crosses[w] && going(w));
  const parts = low.map((value, w) => value / (value - high[w])); // where in each bracket the next factor lies
  for (let round = 0; round < ROUNDS && open.length; round++) {
    const factors = best.slice();
    for (const w of open) factors[w] = a[w] + parts[w] * (b[w] - a[w]);
    const found = await tried(factors, open);
    for (const w of open) {
      const last = [a[w], low[w]];
      const other = [b[w], high[w]];
      const stays = found[w] * low[w] > 0;
      [a[w], low[w]] = [factors[w], found[w]];
      if (!stays) [b[w], high[w]] = last;
      parts[w] = part(a[w], low[w], b[w], high[w], ...(stays ? last : other));
    }
    open = open.filter(going);
  }
  const factors = best.map((factor, w) => (Math.abs(left[w]) <= (crosses[w] ? Math.max(MATCHED, tolerance) : tolerance) ? factor : NaN));
  return { factors, slopes };
}

/** Give where in the bracket from x1 to x2 the next place lies, as a share; x3 is the end that it had before. */
function part(x1, y1, x2, y2, x3, y3) {
  const [place, level] = [(x1 - x2) / (x3 - x2), (y1 - y2) / (y3 - y2)];
  const smooth = level ** 2 < place && (1 - level) ** 2 < 1 - place;
  const inverse = (y1 / (y2 - y1)) * (y3 / (y2 - y3)) + ((x3 - x1) / (x2 - x1)) * (y1 / (y3 - y1)) * (y2 / (y3 - y2));
  const least = Math.min(WIDTH / 2 / Math.abs(x2 - x1), 0.5);
  return Math.min(Math.max(smooth ? inverse : 0.5, least), 1 - least);
}

/** Give a factor within limits; 1 where there is none. */
function within(factor, lowest, highest) {
  return Number.isNaN(factor) ? 1 : Math.min(Math.max(factor, lowest), highest);
}

function merged(plain, other, places) {
  const factors = plain.slice();
  for (const w of places) factors[w] = other[w];
  return factors;
}
