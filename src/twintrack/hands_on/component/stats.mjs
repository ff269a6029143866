/** What many worlds say: quantiles over them, in how many a strategy is ahead, what goes with it. */

const BAND = [0.05, 0.95];
const TIE = 1e-9; // a difference below this share of the level is none

/** Give the quantiles of BAND over runs for each time, two lists; from `since` on, before that the first run's. */
export function bands(values, runs, since = 0) {
  const rows = values.length / runs;
  const found = BAND.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const part = row < since ? values.subarray(row * runs, row * runs + 1) : rowOf(values, runs, row);
    const count = counted(part);
    BAND.forEach((share, i) => (found[i][row] = extreme(part, count, share)));
  }
  return found;
}

/** Give a quantile near an end of the finite numbers of a list, of which there are `count`; linear between them. */
function extreme(values, count, share) {
  if (!count) return NaN;
  const sign = share < 0.5 ? 1 : -1;
  const at = Math.min(share, 1 - share) * (count - 1);
  const low = Math.floor(at + 1e-9);
  const kept = smallest(values, sign, Math.min(low + 2, count));
  const next = Math.min(low + 1, kept.length - 1);
  return sign * (kept[low] + (at - low) * (kept[next] - kept[low]));
}

/** Give the smallest finite numbers of a list times a sign, in order: a few of many need no sorting. */
function smallest(values, sign, most) {
  const kept = new Float64Array(most).fill(Infinity);
  for (let i = 0; i < values.length; i++) {
    const value = sign * values[i];
    if (!(value < kept[most - 1]) || value === -Infinity) continue;
    let place = most - 1;
    for (; place > 0 && kept[place - 1] > value; place--) kept[place] = kept[place - 1];
    kept[place] = value;
  }
  return kept;
}

function counted(values) {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) count++;
  return count;
}

/** Give a quantile of sorted numbers, linear between them; NaN of none. */
export function quantile(sorted, share) {
  if (!sorted.length) return NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return low + 1 < sorted.length ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
}

/** Give the differences of two lists; what is only rounding is none. */
export function less(mine, base) {
  const found = new Float64Array(mine.length);
  for (let i = 0; i < mine.length; i++) {
    const diff = mine[i] - base[i];
    found[i] = Math.abs(diff) <= TIE * Math.max(Math.abs(mine[i]), Math.abs(base[i])) ? 0 : diff;
  }
  return found;
}

/**
 * Count in how many worlds the first is ahead, in how many both are the same, and how many have a number.
 * `better` is "higher", "lower" or "neutral", where ahead means different.
 */
export function ahead(mine, base, better) {
  const sign = better === "lower" ? -1 : 1;
  const counted = { ahead: 0, equal: 0, of: 0 };
  mine.forEach((value, w) => {
    const lead = sign * (value - base[w]);
    if (!Number.isFinite(lead)) return;
    counted.of++;
    if (Math.abs(lead) <= TIE * Math.max(Math.abs(value), Math.abs(base[w]))) counted.equal++;
    else if (lead > 0 || better === "neutral") counted.ahead++;
  });
  return counted;
}

/** Give the row of values of all runs at one time. */
export function rowOf(values, runs, row) {
  return values.subarray(row * runs, (row + 1) * runs);
}

/** Rank what was drawn by how closely it goes with a lead: Spearman's rank correlation, the strongest first. */
export function influences(draws, places, lead) {
  const kept = places.map((_, i) => i).filter((i) => Number.isFinite(lead[i]));
  const own = ranks(kept.map((i) => lead[i]));
  const found = [...draws.rows].map(([name, row]) => ({ name, rho: correlation(ranks(kept.map((i) => row[places[i]])), own) }));
  return found.filter(({ rho }) => Number.isFinite(rho)).sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho));
}

/** Give the share of worlds in which a parameter is lower than a value. */
export function standing(row, value) {
  return row.reduce((sum, other) => sum + (other < value) + (other === value) / 2, 0) / row.length;
}

function ranks(values) {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const found = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j < order.length && values[order[j]] === values[order[i]]) j++;
    for (let k = i; k < j; k++) found[order[k]] = (i + j - 1) / 2;
    i = j;
  }
  return found;
}

function correlation(a, b) {
  const middle = (a.length - 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - middle, b[i] - middle];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
