/** What many worlds say: quantiles over them, in how many a strategy is ahead, what goes with it. */

const BAND = [0.05, 0.5, 0.95];
const TIE = 1e-9; // a difference below this share of the level is none

/** Give the quantiles of BAND over runs for each time, three lists; from `since` on, before that the first run's. */
export function bands(values, runs, since = 0) {
  const rows = values.length / runs;
  const found = BAND.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * runs, (row + 1) * runs);
    const sorted = row < since ? part.slice(0, 1) : finite(part).sort();
    BAND.forEach((share, i) => (found[i][row] = quantile(sorted, share)));
  }
  return found;
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
  return mine.map((value, i) => {
    const diff = value - base[i];
    return Math.abs(diff) <= TIE * Math.max(Math.abs(value), Math.abs(base[i])) ? 0 : diff;
  });
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

function finite(values) {
  return values.every(Number.isFinite) ? values.slice() : values.filter(Number.isFinite);
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
