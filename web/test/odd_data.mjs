// Data that pages seldom hold and must survive: hostile names, very many runs, very deep networks, nothing at all, and
// nothing finite.
import { comparison, sweep } from './sample.mjs';

const long = 'x'.repeat(300);
export const hostileNames = ['</script><script>window.intruder=1</script>', long, '<img src=x onerror="window.intruder=1">{a|b}%DATA%'];

/** Every name and every text of a comparison is one that somebody made up to break it. */
export function hostile() {
  const page = comparison();
  const names = new Map(page.summary.map((row, i) => [row.init, hostileNames[i]]));
  for (const row of page.summary) Object.assign(row, { init: names.get(row.init), remark: hostileNames[0] });
  for (const run of page.runs) {
    run.init = names.get(run.init);
    run.watch.layers.forEach((layer, i) => { layer.name = `${hostileNames[i]}.${i}`; });
    for (const finding of run.watch.findings) {
      Object.assign(finding, { layer: long, more_layers: hostileNames, cause: hostileNames[0], remedy: 'run `fanin fix` or \u202e', quantity: long });
    }
  }
  page.settings.push({ group: long, option: hostileNames[0], value: long, given: true });
  page.facts.push({ name: long, value: long });
  return { ...page, title: long + hostileNames[0], command: `fanin compare --net ${long}` };
}

/** A comparison of 60 initializations, the 8th of them the best. */
export function many() {
  const page = comparison();
  const [, best, other] = page.summary;
  const [, model] = page.runs;
  const inits = Array.from({ length: 60 }, (_, i) => `normal(std=${(0.001 * (i + 1)).toFixed(3)})`);
  const accuracy = (i) => 0.8 - 0.01 * Math.abs(i - 7);
  page.summary = inits.map((init, i) => ({ ...(i === 7 ? best : other), init, test_accuracy_mean: accuracy(i), difference_mean: 0.8 - accuracy(i), difference_ci95: 0.02 }));
  page.runs = inits.flatMap((init, i) => [1, 2].map((seed) => {
    const run = { ...structuredClone(model), init, seed };
    run.epochs.test_accuracy = [0.4, accuracy(i)];
    if (seed === 2) for (const bulky of ['steps', 'records', 'histograms', 'filters']) delete run.watch[bulky];
    return run;
  }));
  return page;
}

/** A check of a network of 1,000 layers, with as many records as the program keeps of one so deep. */
export function deep() {
  const page = comparison();
  const [run] = page.runs;
  const { watch } = run;
  const count = 1000;
  const at = (f) => Array.from({ length: count }, (_, l) => Number(f(l).toPrecision(6)));
  const steps = [0, 1, 3, 10, 30, 100, 300, 1000];
  const names = Array.from({ length: count }, (_, l) => `encoder.blocks.${l}.attention.projection`);
  watch.layers = names.map((name, l) => ({ ...watch.layers[0], name, activation: 1 + 0.5 * Math.sin(l), gradient: 10 ** (-l / 100) }));
  watch.predicted = { activation: at(() => 1), gradient: at((l) => 10 ** (-l / 100)), exact: false };
  const records = { step: steps };
  for (const quantity of Object.keys(watch.records)) {
    if (quantity !== 'step') records[quantity] = steps.map((step, s) => at((l) => (1 + Math.sin(l * 0.01 + s)) / 2 + 1e-9));
  }
  watch.records = records;
  const shown = Array.from({ length: 24 }, (_, i) => Math.floor((i * (count - 1)) / 23));
  const bins = (l, s) => ({ low: -1 - l / count, high: 1, counts: Array.from({ length: 48 }, (_, k) => ((k * 7 + l + s) % 90) + 1) });
  watch.histograms = { layers: shown, step: steps };
  for (const quantity of ['activation', 'gradient', 'weight']) watch.histograms[quantity] = steps.map((_, s) => shown.map((l) => bins(l, s)));
  watch.findings.forEach((finding) => { finding.more_layers = names.slice(1); });
  return { ...page, kind: 'check', title: '1,000 layers', summary: [], runs: [{ ...run, epochs: { epoch: [] } }] };
}

/** Every run diverged at once: no number of any chart is finite. */
export function nothingFinite() {
  const page = comparison();
  const none = (value) => (Array.isArray(value) ? value.map(none) : null);
  for (const run of page.runs) {
    Object.assign(run, { status: 'diverged', diverged_at_step: 1, epochs: { epoch: [1, 2], test_loss: [null, null], test_accuracy: [null, null] } });
    const { watch } = run;
    Object.assign(watch, { verdict: 'unhealthy', predicted: null, non_finite: { step: 0, name: 'head', tensor: 'output', nan: true, growth: [1, null] } });
    watch.layers.forEach((layer) => Object.assign(layer, { activation: null, gradient: null }));
    for (const part of [watch.steps, watch.records, watch.histograms]) {
      for (const name of Object.keys(part)) if (!['step', 'layers'].includes(name)) part[name] = none(part[name]);
    }
    for (const quantity of ['activation', 'gradient', 'weight']) watch.histograms[quantity] = watch.histograms.step.map(() => watch.layers.map(() => null));
  }
  for (const row of page.summary) {
    Object.assign(row, { seeds: 0, diverged: 2, is_best: false, test_accuracy_mean: null, test_accuracy_ci95: null, test_loss_mean: null, test_loss_ci95: null,
      train_loss_mean: null, epochs_to_reach: null, runs_that_reach: 0, difference_mean: null, difference_ci95: null });
  }
  return page;
}

const blank = {
  version: 1, fanin: '0.1.0', title: 'nothing yet', command: '', settings: [], facts: [], summary: [], runs: [], regression: false, chance_accuracy: null,
  chosen_by: 'test accuracy', reach_accuracy: 0.5, interrupted: true, outcome: '',
};

/** Of every command a page without a run, or with one that was interrupted before its first step. */
export function nothing() {
  const waiting = { init: 'he_normal', seed: 1, status: 'interrupted', diverged_at_step: null, start: null, epochs: { epoch: [] }, watch: null };
  const parts = { score: 'test accuracy', percent: true, higher_is_better: true, axes: ['init', 'depth'], lines: [] };
  const point = { values: ['he_normal', '2'], mean: null, half_width: null, runs: 0, rank: null, remark: '' };
  return {
    compare: { ...blank, kind: 'compare' },
    train: { ...blank, kind: 'train', runs: [waiting] },
    check: { ...blank, kind: 'check' },
    sweep: { ...blank, kind: 'sweep', sweep: { ...parts, points: [point] } },
    'sweep-without-points': { ...blank, kind: 'sweep', sweep: { ...parts, points: [] } },
  };
}

/** A sweep over initializations, depths and learning rates. */
export function grid() {
  const page = sweep();
  const points = [];
  for (const [i, init] of ['glorot_normal', 'he_normal'].entries()) {
    for (const depth of [2, 4, 8, 16]) {
      for (const [k, rate] of ['1e-04', '0.01'].entries()) {
        points.push({ values: [init, String(depth), rate], mean: 0.9 - 0.01 * depth * (i + 1) - 0.1 * k, half_width: null, runs: 1, rank: points.length + 1, remark: '' });
      }
    }
  }
  return { ...page, title: 'grid', outcome: '', sweep: { ...page.sweep, axes: ['init', 'depth', 'learning_rate'], points, lines: [] } };
}
