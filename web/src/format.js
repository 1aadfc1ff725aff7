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

/** A name that has to fit beside a chart: its beginning and its end, with an ellipsis between them. */
export const longestName = 28;
export function shortName(name, most = longestName) {
  const letters = [...String(name)];
  const head = Math.ceil((most - 1) / 2);
  return letters.length <= most ? letters.join('') : `${letters.slice(0, head).join('')}\u2026${letters.slice(head + 1 - most).join('')}`;
}

/**
 * Names that tell themselves apart in little room: of long ones without the parts, between dots, that all begin or end
 * with. ['blocks.0.attention.projection.dense', 'blocks.11.attention.projection.dense'] -> ['\u20260\u2026', '\u202611\u2026'].
 */
export function shownNames(names) {
  if (names.length < 2 || names.every((name) => name.length <= 20)) return names.map((name) => shortName(name));
  const parts = names.map((name) => name.split('.'));
  const shortest = Math.min(...parts.map((part) => part.length));
  const same = (part) => parts.every((other) => part(other) === part(parts[0]));
  let head = 0;
  while (head < shortest - 1 && same((part) => part[head])) ++head;
  let tail = 0;
  while (tail < shortest - 1 - head && same((part) => part[part.length - 1 - tail])) ++tail;
  return parts.map((part) => shortName(`${head > 0 ? '\u2026' : ''}${part.slice(head, part.length - tail).join('.')}${tail > 0 ? '\u2026' : ''}`));
}

/** 60000 -> "60,000". */
export function grouped(value) {
  return missing(value) ? none : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** An axis label: 1e-6, 5.5e29, 0.01, 1, 100. */
export function powerLabel(value) {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e5)) return String(Number(value.toPrecision(6)));
  return Number(value.toPrecision(4)).toExponential().replace('e+', 'e');
}

/** 'test accuracy' -> 'Test accuracy'. */
export function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 1, 'seed' -> "1 seed"; 3, 'seed' -> "3 seeds". */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** ['a', 'b', 'c'] -> "a, b and c". */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
