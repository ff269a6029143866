/** From what stands on the sliders to what the model is given: paths of levers, and what an equal cost scales. */
import { followed, joined, knotsOf, mixed, product, rampTo, through, valueAt } from "./paths.mjs";

const ROUNDING = 1e-9; // as a share of a setting

/**
 * Give what a strategy does: `paths` by lever, `second` those that it switches to (or null), the `constants` of
 * the switch, and `scaled`, the money levers that an equal cost multiplies.
 *
 * `asked` has `s` (name), `x` (name and weight of a second one, or null) and `l` (settings by lever).
 */
export function planOf(data, asked) {
  const start = started(data, asked);
  const set = Object.entries(asked.l);
  const moved = (paths) => ({ ...paths, ...Object.fromEntries(set.map(([name, told]) => [name, applied(data, paths[name], told)])) });
  const scaled = data.levers.filter(({ name, money }) => money && !Object.hasOwn(asked.l, name)).map(({ name }) => name);
  return {
    paths: moved(start.paths),
    second: start.second && moved(start.second),
    constants: start.constants,
    scaled: scaled.filter((name) => !start.unscaled.includes(name)),
    unscaled: start.unscaled,
  };
}

/** Whether two strategies can be mixed: those that wait for a moment cannot. */
export function mixable(data, name) {
  return !data.strategies.get(name).second;
}

/** Apply a setting to a path: a number, `{to, from, years, until}` or `{knots}`. */
export function applied(data, path, told) {
  const { start, ramp } = data.time;
  if (typeof told === "number") return rampTo(path, told, start, ramp);
  if (told.knots) return followed(path, told.knots);
  const there = rampTo(path, told.to, told.from, told.years);
  if (told.until === null) return there;
  const end = told.until + told.years;
  const back = knotsOf(path).filter(([time]) => time > end);
  return followed(there, [[told.until, valueAt(there, told.until)], [end, valueAt(path, end)], ...back]);
}

/** Give the same strategy with its money multiplied, growing in from the start of policies, and for a country's size. */
export function withMoney(data, plan, factor, size) {
  const { start, ramp } = data.time;
  let grown = plan;
  if (factor !== 1) grown = multiplied(plan, through([[start, 1], [start + ramp, factor]]), plan.scaled);
  if (size === 1) return grown;
  const money = data.levers.filter((lever) => lever.money).map(({ name }) => name);
  return multiplied(grown, through([[start, size]]), money);
}

/** Give the lowest and the highest factor that keep money in its ranges; Infinity where nothing can grow. */
export function factorLimits(data, plan) {
  const { start, ramp } = data.time;
  let [lowest, highest] = [0, Infinity];
  for (const lever of data.levers.filter(({ name }) => plan.scaled.includes(name)))
    for (const paths of plan.second ? [plan.paths, plan.second] : [plan.paths]) {
      const path = paths[lever.name];
      const later = knotsOf(path).filter(([time]) => time > start).map(([, value]) => value);
      const after = [valueAt(path, start + ramp), ...later];
      const [least, most] = [Math.min(...after), Math.max(...after)];
      if (least > 0) lowest = Math.max(lowest, lever.low / least);
      if (most > 0) highest = Math.min(highest, lever.high / most);
    }
  return [lowest, highest];
}

function started(data, { s, x }) {
  const first = data.strategies.get(s);
  if (!x) return first;
  const [name, weight] = x;
  const other = data.strategies.get(name);
  const mean = (lever) => [lever, first.paths[lever] === other.paths[lever] ? first.paths[lever] : mixed(first.paths[lever], other.paths[lever], weight)];
  return {
    paths: Object.fromEntries(Object.keys(first.paths).map(mean)),
    second: null,
    constants: {},
    unscaled: [...first.unscaled, ...other.unscaled],
  };
}

function multiplied(plan, growth, names) {
  const grown = (paths) => ({ ...paths, ...Object.fromEntries(names.map((name) => [name, product(paths[name], growth)])) });
  return { ...plan, paths: grown(plan.paths), second: plan.second && grown(plan.second) };
}

/** Read the data that Python wrote: names become keys of maps, and knots become paths. */
export function opened(told) {
  const base = told.strategies.find(({ name }) => name === told.baseline);
  const path = (entry, lever) => (Object.hasOwn(entry, lever) ? entry[lever] : base.paths[lever]);
  const known = new Map(Object.entries(base.paths).map(([lever, knots]) => [lever, through(knots)]));
  const paths = (entry) =>
    Object.fromEntries(Object.keys(base.paths).map((lever) => [lever, path(entry, lever) === base.paths[lever] ? known.get(lever) : through(entry[lever])]));
  const strategy = (one) => ({ ...one, paths: paths(one.paths), second: one.second && paths(one.second) });
  const named = (items) => new Map(items.map((item) => [item.name, item]));
  return {
    ...told,
    strategies: named(told.strategies.map(strategy)),
    scenarios: named(told.scenarios),
    lever: named(told.levers),
    parameter: named(told.world),
    outcome: named(told.outcomes),
    entry: named(told.entries),
  };
}

/** Give the levers that differ from another strategy: name, value there and value in the end. */
export function changes(data, plan, reference) {
  const base = data.strategies.get(reference);
  const end = (paths, lever) => valueAt(paths[lever], data.time.last);
  const differs = (lever) => {
    const [a, b] = [base.paths[lever], plan.paths[lever]];
    const far = ([one, other]) => Math.abs(one - other) > ROUNDING * Math.max(Math.abs(one), Math.abs(other));
    return a !== b && joined([a, b], far).values.some(Boolean);
  };
  return data.levers
    .filter(({ name }) => differs(name) || (plan.second && end(plan.second, name) !== end(base.paths, name)))
    .map(({ name }) => ({ name, before: end(base.paths, name), after: end(plan.paths, name), later: plan.second ? end(plan.second, name) : null }));
}
