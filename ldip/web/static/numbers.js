// Numbers as a reader writes them, and a figure of the catalogue as it is shown.

let lang = "nb";
const formats = new Map();

export function speak(language) {
  lang = language;
}

// With `trimmed`, zeros at the end are left out.
export function number(value, decimals, trimmed = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const key = `${lang} ${decimals} ${trimmed}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: trimmed ? 0 : decimals, maximumFractionDigits: decimals };
    formats.set(key, new Intl.NumberFormat(lang === "en" ? "en-GB" : "nb-NO", { ...digits, signDisplay: "negative" }));
  }
  return formats.get(key).format(value);
}

export function signed(value, decimals) {
  const text = number(Math.abs(value), decimals);
  if (Number(Math.abs(value).toFixed(decimals)) === 0) return text;
  return (value > 0 ? "+" : "\u2212") + text;
}

// A metric's value in the unit of its label.
export function shown(value, metric) {
  return number(value === null ? null : value * metric.factor, metric.decimals);
}

export function percent(value, decimals = 0) {
  return number(value === null ? null : 100 * value, decimals);
}

// A standard error: never rounded down to nothing.
export function plusMinus(error, decimals) {
  if (error === null || error === undefined) return "";
  const least = 10 ** -decimals;
  return error > 0 && error < least / 2 ? `± < ${number(least, decimals)}` : `± ${number(error, decimals)}`;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
