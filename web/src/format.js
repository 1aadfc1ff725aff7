// Numbers as people read them. NaN and null, which JSON has in their place, are an en dash.
const none = '\u2013';
const missing = (value) => value === null || value === undefined || Number.isNaN(value);

/** 0.8822 -> "88.22 %". */
export function percent(value, decimals = 2) {
  return missing(value) ? none : `${(100 * value).toFixed(decimals)} %`;
}

/** 0.8822, 0.0044 -> "88.22 \u00b1 0.44 %". */
export function percentWithError(value, halfWidth) {
  if (missing(value)) return none;
  if (missing(halfWidth)) return percent(value);
  return `${(100 * value).toFixed(2)} \u00b1 ${(100 * halfWidth).toFixed(2)} %`;
}

/** Three significant digits: 0.0412, 12.3, 1.2e-5. */
export function significant(value, digits = 3) {
  if (missing(value)) return none;
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e5) return String(Number(value.toPrecision(digits)));
  return value.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e+', 'e');
}

/** A loss in four decimals, or in digits where they would not tell. */
export function loss(value) {
  if (missing(value)) return none;
  const magnitude = Math.abs(value);
  return magnitude < 0.01 || magnitude >= 100 ? significant(value, 4) : value.toFixed(4);
}

export function lossWithError(value, halfWidth) {
  return missing(value) || missing(halfWidth) ? loss(value) : `${loss(value)} \u00b1 ${loss(halfWidth)}`;
}

/** 60000 -> "60,000". */
export function grouped(value) {
  return missing(value) ? none : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** An axis label of a logarithmic axis: 1e-6, 0.01, 1, 100. */
export function powerLabel(value) {
  const magnitude = Math.abs(value);
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(6)));
}

/** 1, 'seed' -> "1 seed"; 3, 'seed' -> "3 seeds". */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** ['a', 'b', 'c'] -> "a, b and c". */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
