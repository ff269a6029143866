/**
 * Paths over time as strategy files mean them: piecewise linear, held beyond the first and the last knot. Of two
 * knots at one time the first is the value just before it, the second the value from then on.
 */

/** Make a path of knots, pairs of a time in decimal years and a value, in order of time. */
export function through(knots) {
  return { times: knots.map(([time]) => time), values: knots.map(([, value]) => value) };
}

/** Give the pairs of time and value. */
export function knotsOf(path) {
  return path.times.map((time, i) => [time, path.values[i]]);
}

/** Give the value from a time on, or just before it. */
export function valueAt(path, time, before = false) {
  const { times, values } = path;
  let last = times.length - 1;
  while (last >= 0 && (before ? times[last] >= time : times[last] > time)) last--;
  if (last < 0) return values[0];
  if (last === times.length - 1) return values[last];
  const share = (time - times[last]) / (times[last + 1] - times[last]);
  return share === 1 ? values[last + 1] : values[last] + share * (values[last + 1] - values[last]);
}

/** Follow a path until the first of the knots, then go through them. */
export function followed(path, knots) {
  const start = knots[0][0];
  const until = knotsOf(path).filter(([time]) => time < start);
  return through([...until, [start, valueAt(path, start, true)], ...knots]);
}

/** Follow a path until `start`, go linearly to a value within `years`, and stay there. */
export function rampTo(path, value, start, years) {
  return followed(path, [[start, valueAt(path, start)], [start + years, value]]);
}

/** Make a path of several by what `join` makes of their values, at the knots of all. */
export function joined(paths, join) {
  const times = [...new Set(paths.flatMap((path) => path.times))].sort((a, b) => a - b);
  const value = (time, before) => join(paths.map((path) => valueAt(path, time, before)));
  return through(times.flatMap((time) => [[time, value(time, true)], [time, value(time, false)]]));
}

/** Give the mean of two paths, the second with a weight from 0 to 1; where they agree, exactly their value. */
export function mixed(first, second, weight) {
  const mean = ([a, b]) => (a === b ? a : Math.min(Math.max((1 - weight) * a + weight * b, Math.min(a, b)), Math.max(a, b)));
  return joined([first, second], mean);
}

/** Multiply two paths at the knots of both; linear between them. */
export function product(first, second) {
  return joined([first, second], ([a, b]) => a * b);
}

/** Give the mean of a path from each time to the next, and its value at the last; a lever enters a step so. */
export function overSteps(path, times) {
  const last = times.length - 1;
  const means = new Float64Array(times.length).fill(path.values[0]);
  if (path.values.every((value) => value === path.values[0])) return means;
  for (let i = 0; i < last; i++) {
    const inside = path.times.filter((time) => time > times[i] && time < times[i + 1]);
    const ends = [times[i], ...new Set(inside), times[i + 1]];
    let [first, area] = [null, 0];
    for (let k = 1; k < ends.length; k++) {
      const middle = (valueAt(path, ends[k - 1]) + valueAt(path, ends[k], true)) / 2;
      first ??= middle;
      area += (middle - first) * (ends[k] - ends[k - 1]);
    }
    means[i] = first + area / (times[i + 1] - times[i]);
  }
  means[last] = valueAt(path, times[last]);
  return means;
}
