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
export function signed(value, format, points = "pp") {
  if (!Number.isFinite(value)) return MISSING;
  const share = format.endsWith("%");
  const size = Math.abs(share ? 100 * value : value);
  const own = Number(/\.(\d+)[f%]$/.exec(format)?.[1] ?? NaN);
  const wanted = size ? 1 - Math.floor(Math.log10(size)) : 0;
  const text = Number.isNaN(own) ? significant(size, 2) : grouped(size, Math.min(Math.max(own, wanted), own + 2));
  const unit = share ? ` ${points}` : "";
  if (!/[1-9]/.test(text)) return text + unit;
  return (value > 0 ? "+" : "−") + text + unit;
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

/** Write where a slider stands; a date as a year, or as never where it lies beyond the end of the run. */
export function sliderText(app, { step, date }, value) {
  if (!date) return stepped(value, step);
  return value > app.data.time.last ? app.say("never") : yearText(value);
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
