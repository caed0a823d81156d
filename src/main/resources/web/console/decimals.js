// @ts-check
// Exact arithmetic with decimals in text: binary fractions would round them.

const DECIMAL = /^(\d*)\.?(\d*)$/;
const MAX_WHOLE_DIGITS = 20;
const MAX_FRACTION_DIGITS = 18;

/**
 * What a user typed as the API reads it: " .50" becomes "0.50". Null unless it is a decimal without sign and exponent.
 *
 * @param {string} text
 */
export function readDecimal(text) {
  const [, whole = "", fraction = ""] = DECIMAL.exec(text.trim()) ?? [];
  if (!whole && !fraction) return null;
  const digits = whole.replace(/^0+(?=\d)/, "") || "0";
  if (digits.length > MAX_WHOLE_DIGITS || fraction.length > MAX_FRACTION_DIGITS) return null;
  return fraction ? `${digits}.${fraction}` : digits;
}

/**
 * Compares two decimals exactly: 1, 0 or -1.
 *
 * @param {string} a
 * @param {string} b
 */
export function compareDecimals(a, b) {
  const [x, y] = aligned(a, b);
  return x > y ? 1 : x < y ? -1 : 0;
}

/**
 * The exact sum of two decimals.
 *
 * @param {string} a
 * @param {string} b
 */
export function addDecimals(a, b) {
  const [x, y, scale] = aligned(a, b);
  return decimalOf(x + y, scale);
}

/**
 * The exact difference of two decimals.
 *
 * @param {string} a
 * @param {string} b
 */
export function subtractDecimals(a, b) {
  const [x, y, scale] = aligned(a, b);
  return decimalOf(x - y, scale);
}

/**
 * The exact product of two decimals.
 *
 * @param {string} a
 * @param {string} b
 */
export function multiplyDecimals(a, b) {
  const [x, y] = [a, b].map(unscaled);
  return decimalOf(x.digits * y.digits, x.scale + y.scale);
}

/**
 * The quotient of two decimals that are not negative, rounded down to that many fraction digits; null for a division by zero.
 *
 * @param {string} a
 * @param {string} b
 * @param {number} digits
 */
export function divideDown(a, b, digits) {
  const [x, y] = aligned(a, b);
  return y === 0n ? null : decimalOf((x * 10n ** BigInt(digits)) / y, digits);
}

/**
 * The greatest multiple of the step that a decimal, which is not negative, contains; the decimal itself without a step.
 *
 * @param {string} text
 * @param {string | null | undefined} step
 */
export function floorToStep(text, step) {
  if (step == null) return trimDecimal(text);
  const [x, y, scale] = aligned(text, step);
  return trimDecimal(y === 0n ? text : decimalOf(x - (x % y), scale));
}

/**
 * Rounded to that many fraction digits, halves away from zero.
 *
 * @param {string} text
 * @param {number} digits
 */
export function roundDecimal(text, digits) {
  const { digits: value, scale } = unscaled(text);
  if (scale <= digits) return decimalOf(value * 10n ** BigInt(digits - scale), digits);
  const unit = 10n ** BigInt(scale - digits);
  const half = value < 0n ? -unit / 2n : unit / 2n;
  return decimalOf((value + half) / unit, digits);
}

/**
 * Without zeros at the end of the fraction.
 *
 * @param {string} text
 */
export function trimDecimal(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Two decimals as integers of one scale.
 *
 * @param {string} a
 * @param {string} b
 * @returns {[a: bigint, b: bigint, scale: number]}
 */
function aligned(a, b) {
  const [x, y] = [a, b].map(unscaled);
  const scale = Math.max(x.scale, y.scale);
  return [x.digits * 10n ** BigInt(scale - x.scale), y.digits * 10n ** BigInt(scale - y.scale), scale];
}

/** @param {string} text */
function unscaled(text) {
  const [whole, fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/**
 * @param {bigint} digits
 * @param {number} scale
 */
function decimalOf(digits, scale) {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale);
  return (digits < 0n ? "-" : "") + (scale ? `${whole}.${text.slice(-scale)}` : whole);
}
