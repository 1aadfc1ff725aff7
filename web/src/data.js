// What the page computes from its data: groups of runs, bands over seeds, values side by side. Pure functions.

export const supportedVersion = 1;

/** The data, or an error with words for people. */
export function read(text) {
  const data = JSON.parse(text);
  if (data.version > supportedVersion) throw new Error(`These data have version ${data.version}; this page knows ${supportedVersion}.`);
  return data;
}

/** The initializations in the order of the data, each with its runs: [{init, runs}]. */
export function byInit(runs) {
  const groups = new Map();
  for (const run of runs) {
    if (!groups.has(run.init)) groups.set(run.init, []);
    groups.get(run.init).push(run);
  }
  return [...groups].map(([init, members]) => ({ init, runs: members }));
}

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/**
 * A curve over the seeds of one initialization.
 * @returns [{epoch, mean, low, high, count}], over the runs that have a number at the epoch.
 */
export function band(runs, quantity) {
  const at = new Map();
  for (const run of runs) {
    (run.epochs[quantity] || []).forEach((value, i) => {
      if (!isNumber(value)) return;
      const epoch = run.epochs.epoch[i];
      if (!at.has(epoch)) at.set(epoch, []);
      at.get(epoch).push(value);
    });
  }
  return [...at].sort((a, b) => a[0] - b[0]).map(([epoch, values]) => ({
    epoch,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
    count: values.length,
  }));
}

/** Whether any run has a number for it. */
export function has(runs, quantity) {
  return runs.some((run) => (run.epochs[quantity] || []).some(isNumber));
}

/** The last number of a curve, or null. */
export function last(values) {
  for (let i = (values || []).length - 1; i >= 0; --i) if (isNumber(values[i])) return values[i];
  return null;
}

/**
 * Differences to the best initialization, seed by seed, as the comparison pairs them: best minus this.
 * @returns {Map} from initialization to [{seed, value}].
 */
export function pairedDifferences(data) {
  const quantity = data.regression ? 'test_loss' : 'test_accuracy';
  const best = data.summary.find((row) => row.is_best);
  const result = new Map();
  if (!best) return result;
  const finals = (init) => new Map(data.runs
    .filter((run) => run.init === init && run.status === 'finished')
    .map((run) => [run.seed, last(run.epochs[quantity])]));
  const reference = finals(best.init);
  for (const row of data.summary) {
    if (row.init === best.init) continue;
    const pairs = [];
    for (const [seed, value] of finals(row.init)) {
      if (isNumber(value) && isNumber(reference.get(seed))) pairs.push({ seed, value: reference.get(seed) - value });
    }
    result.set(row.init, pairs);
  }
  return result;
}

// The remark judges the start alone: where the runs showed more, what they showed comes first.
export function remarkOf(row) {
  const sound = /^healthy: /;
  if (!row.reason || row.verdict === 'healthy' || !sound.test(row.remark)) return row.remark;
  return `${row.reason}; before the first step ${row.remark.replace(sound, '')}`;
}

/**
 * The sizes of each layer at the first step, from the most detailed source that there is.
 * @returns {{layers: string[], activation, gradient, predicted, gradientKind}} or null; gradientKind says what
 *          `gradient` is: 'output' (root mean square of the gradient at the layer's output, per row) or
 *          'weight' (norm of the weights' gradient).
 */
export function startOf(run) {
  const watch = run.watch;
  if (watch && watch.layers.length > 0) {
    return {
      layers: watch.layers.map((layer) => layer.name),
      activation: watch.layers.map((layer) => layer.activation),
      gradient: watch.layers.map((layer) => layer.gradient),
      predicted: watch.predicted,
      gradientKind: 'output',
    };
  }
  if (!run.start || run.start.layers.length === 0) return null;
  return {
    layers: run.start.layers.map((layer) => layer.name),
    activation: run.start.layers.map((layer) => layer.activation_std_dev),
    gradient: run.start.layers.map((layer) => layer.weight_gradient),
    predicted: null,
    gradientKind: 'weight',
  };
}

/** Runs with records layer by layer. */
export function detailedRuns(data) {
  return data.runs.filter((run) => run.watch && run.watch.records && run.watch.records.step.length > 0);
}

/**
 * Findings of all runs, one entry for each initialization and problem.
 * @returns [{init, finding, seeds, run}], errors before warnings before notes, in the order of the data otherwise.
 */
export function groupedFindings(data) {
  const groups = new Map();
  for (const run of data.runs) {
    for (const finding of run.watch ? run.watch.findings : []) {
      const key = JSON.stringify([run.init, finding.problem, finding.severity]);
      if (!groups.has(key)) groups.set(key, { init: run.init, finding, seeds: [], run });
      groups.get(key).seeds.push(run.seed);
    }
  }
  const rank = { error: 0, warning: 1, note: 2 };
  return [...groups.values()].sort((a, b) => rank[a.finding.severity] - rank[b.finding.severity]);
}

/** Whether a logarithmic axis shows these better: positive numbers over more than two powers of ten. */
export function wantsLog(values) {
  const numbers = values.filter(isNumber);
  if (numbers.length === 0 || numbers.some((value) => value < 0)) return false;
  const positive = numbers.filter((value) => value > 0);
  return positive.length > 1 && Math.max(...positive) > 100 * Math.min(...positive);
}

/** The smallest and the largest number, or null. */
export function range(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!isNumber(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

/** Cells of a heatmap: [[x, y, value]], without those that have no number. */
export function cells(rows, transform = (value) => value) {
  const out = [];
  rows.forEach((row, x) => row.forEach((value, y) => {
    const shown = isNumber(value) ? transform(value) : NaN;
    if (Number.isFinite(shown)) out.push([x, y, shown]);
  }));
  return out;
}

/** The outline of a histogram as points: middle of the bin, and its count (or log(1 + count)) over that of the largest. */
export function ridge(histogram, log = false) {
  if (!histogram) return [];
  const { low, high, counts } = histogram;
  if (counts.length === 1 || high <= low) return [[low, 0], [low, 1], [low, 0]];
  const width = (high - low) / counts.length;
  const size = (count) => (log ? Math.log1p(count) : count);
  const most = size(Math.max(...counts, 1));
  return [[low, 0], ...counts.map((count, k) => [low + (k + 0.5) * width, size(count) / most]), [high, 0]];
}

/** Bytes of a base64 text. */
export function bytesOf(text) {
  const binary = atob(text);
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** The axes of a sweep that are no numbers: [{axis, index, values}], each with two texts or more, in the order of the data. */
export function namedAxes(sweep) {
  const numeric = new Set(numericAxes(sweep).map((entry) => entry.index));
  return sweep.axes.map((axis, index) => ({ axis, index, values: [...new Set(sweep.points.map((point) => point.values[index]))] }))
    .filter((entry) => !numeric.has(entry.index) && entry.values.length > 1);
}

/** Of the points that `choose` gives the same key the best: a Map. Points without a score are left out. */
export function bestAt(sweep, choose) {
  const better = sweep.higher_is_better ? (a, b) => a > b : (a, b) => a < b;
  const found = new Map();
  for (const point of sweep.points) {
    if (!isNumber(point.mean)) continue;
    const key = choose(point);
    if (!found.has(key) || better(point.mean, found.get(key).mean)) found.set(key, point);
  }
  return found;
}

/** The values of a sweep's point along its axes that are numbers: [{axis, values}], each with two values or more. */
export function numericAxes(sweep) {
  return sweep.axes.map((axis, i) => {
    const values = [...new Set(sweep.points.map((point) => point.values[i]))];
    const numbers = values.map(Number);
    return { axis, index: i, values: numbers.sort((a, b) => a - b), numeric: numbers.every(Number.isFinite) };
  }).filter((entry) => entry.numeric && entry.values.length > 1);
}
