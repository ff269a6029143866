/** Numbers as readers see them. */

const MISSING = "–";

/** Write a number by a format such as ",.1f", ".0%" or ".3g"; a rounded zero has no sign. */
export function shown(value, format) {
  if (!Number.isFinite(value)) return MISSING;
  const [, digits, kind] = /\.(\d+)([f%g])$/.exec(format) ?? [null, "3", "g"];
  if (kind === "g") return significant(value, Number(digits) || 1);
  const text = grouped(Math.abs(kind === "%" ? 100 * value : value), Number(digits)) + (kind === "%" ? "%" : "");
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Write a difference with its sign and two digits at least; one of shares is in percentage points. */
export function signed(value, format, points = " pp") {
  if (!Number.isFinite(value)) return MISSING;
  const share = format.endsWith("%");
  const size = Math.abs(share ? 100 * value : value);
  const own = Number(/\.(\d+)[f%]$/.exec(format)?.[1] ?? NaN);
  const wanted = size ? 1 - Math.floor(Math.log10(size)) : 0;
  const text = Number.isNaN(own) ? significant(size, 2) : grouped(size, Math.min(Math.max(own, wanted), own + 2));
  const unit = share ? points : "";
  if (!/[1-9]/.test(text)) return text + unit;
  return (value > 0 ? "+" : "−") + text + unit;
}

/** Writes numbers of one outcome in the units that readers of a language have amounts of a size in. */
export class Amounts {
  /** `words` has `points` for percentage points and `none` for a difference that is none. */
  constructor({ units, format }, language, size, words) {
    const { factor, unit } = scaleOf(units[language], size);
    Object.assign(this, { factor, unit, words, chinese: language === "zh", format: factor < 1 ? threeDigits(factor * size) : format });
  }

  level(value) {
    return shown(this.factor * value, this.format);
  }

  /** Write a difference with its sign. */
  change(value) {
    return value === 0 ? this.words.none : signed(this.factor * value, this.format, this.words.points);
  }

  /** Write the size of a difference, with the unit. */
  size(value) {
    return joinedUnit(signed(this.factor * Math.abs(value), this.format, this.words.points).replace("+", ""), this.unit, this.chinese);
  }

  /** Write a value beside an axis, short. */
  axis(value) {
    return axisLabel(this.factor * value, this.format, this.chinese);
  }
}

/** Give a format that shows a number of a size with three digits. */
function threeDigits(size) {
  return `.${Math.min(Math.max(2 - Math.floor(Math.log10(size)), 0), 4)}f`;
}

/** Give the unit for amounts of a size: what the model's numbers are multiplied with, and its name. */
export function scaleOf(units, size = 0) {
  const [, factor, unit] = units.find(([least]) => size >= least) ?? units.at(-1);
  return { factor, unit };
}

/** Write a number and its unit, in Chinese without a space before a Chinese unit. */
export function joinedUnit(text, unit, chinese) {
  return unit ? `${text}${chinese && !/^\w/.test(unit) ? "" : " "}${unit}` : text;
}

/** Write a value beside an axis, short. */
export function axisLabel(value, format, chinese = false) {
  if (format.endsWith("%")) return `${Number((100 * value).toPrecision(3))}%`.replace("-", "−");
  const sizes = chinese ? [[1e12, "万亿"], [1e8, "亿"], [1e4, "万"]] : [[1e12, "trn"], [1e9, "bn"], [1e6, "M"], [1e4, "k", 1e3]];
  const [least, sign, factor = least] = sizes.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return significant(value / factor, 3) + sign;
}

/** Write a share as so many of a hundred; what is not exactly none or all is neither 0 nor 100. */
export function ofHundred(share, rounded = Math.round(100 * share)) {
  if (rounded >= 100 && share < 1) return ">99";
  return rounded <= 0 && share > 0 ? "<1" : String(rounded);
}

/** Write a number with some significant digits; whole digits are never cut off, very large and small ones are powers of ten. */
export function significant(value, digits = 3) {
  if (!Number.isFinite(value)) return MISSING;
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  const sign = value < 0 ? "−" : "";
  if (power > -5 && power < 7) {
    const text = grouped(Math.abs(value), Math.max(digits - 1 - power, 0));
    return sign + (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  }
  const raised = [...String(power)].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("");
  return `${sign}${(Math.abs(value) / 10 ** power).toFixed(digits - 1)} × 10${raised}`;
}

/** Write a value of a slider with as many decimals as its step has. */
export function stepped(value, step) {
  if (Math.abs(value) >= 1e7 || step < 1e-4) return significant(value);
  return grouped(Math.abs(value), Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace(/^/, value < 0 ? "−" : "");
}

function grouped(value, decimals) {
  const [whole, part] = value.toFixed(Math.min(decimals, 20)).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${text}.${part}` : text;
}

/** Write a decimal year with at most two decimals. */
export function yearText(time) {
  return time.toFixed(2).replace(/\.?0+$/, "");
}
