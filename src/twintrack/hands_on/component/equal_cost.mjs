/**
 * Equal public cost in each world: one factor on money levers for every world. All are found together by regula
 * falsi with the Illinois rule (Dowell and Jarratt 1971, BIT 11), and by bisection where that is slow.
 */

const TOLERANCE = 1e-9; // relative excess of cost that counts as none
const WIDTH = 1e-12; // width of a bracket that is not parted any further: cost jumps there
const MATCHED = 1e-3; // relative excess up to which a world counts as matched where cost jumps
const SECANTS = 8; // rounds by regula falsi, before brackets are halved
const ROUNDS = 64;

/**
 * Find in every world the factor at which the relative excess of cost is zero; NaN where there is none.
 * `excess` gives it for a factor for each world, and is told which worlds are still looked at.
 */
export async function equalFactors(excess, worlds, [lowest, highest], tolerance = TOLERANCE) {
  const best = new Float64Array(worlds).fill(1);
  const left = new Float64Array(worlds).fill(Infinity);
  const tried = async (factors, open) => {
    const found = await excess(factors, open);
    for (const w of open) if (Math.abs(found[w]) < Math.abs(left[w])) [best[w], left[w]] = [factors[w], found[w]];
    return found;
  };
  const all = [...best.keys()];
  const here = (await tried(best.slice(), all)).slice();
  const far = here.map((value) => (value > 0 ? lowest : highest));
  let open = all.filter((w) => Math.abs(here[w]) > tolerance && Number.isFinite(here[w]) && Number.isFinite(far[w]));
  const [a, b, low, high] = [new Float64Array(worlds).fill(1), far, here, new Float64Array(worlds)];
  if (open.length) high.set(await tried(merged(best, far, open), open));
  const crosses = all.map((w) => open.includes(w) && low[w] * high[w] < 0);
  const going = (w) => Math.abs(b[w] - a[w]) > WIDTH && Math.abs(left[w]) > tolerance && Number.isFinite(high[w]);
  open = open.filter((w) => crosses[w] && going(w));
  for (let round = 0; round < ROUNDS && open.length; round++) {
    const bisect = round >= SECANTS;
    const factors = best.slice();
    for (const w of open) {
      const middle = bisect ? (a[w] + b[w]) / 2 : b[w] - (high[w] * (b[w] - a[w])) / (high[w] - low[w]);
      const inside = middle > Math.min(a[w], b[w]) && middle < Math.max(a[w], b[w]);
      factors[w] = inside ? middle : (a[w] + b[w]) / 2;
    }
    const found = await tried(factors, open);
    for (const w of open) {
      const crossed = found[w] * high[w] < 0;
      // Illinois: an end that stays for a second time counts half, so that the other one moves, too.
      [a[w], low[w]] = crossed ? [b[w], high[w]] : [a[w], bisect ? low[w] : low[w] / 2];
      [b[w], high[w]] = [factors[w], found[w]];
    }
    open = open.filter(going);
  }
  return best.map((factor, w) => (Math.abs(left[w]) <= (crosses[w] ? Math.max(MATCHED, tolerance) : tolerance) ? factor : NaN));
}

function merged(plain, other, places) {
  const factors = plain.slice();
  for (const w of places) factors[w] = other[w];
  return factors;
}
