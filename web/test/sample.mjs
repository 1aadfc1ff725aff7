// Data of pages for the tests: small, but with everything that a page can show.

const layers = ['layer1', 'layer2', 'head'];
const histogram = (l, step) => ({ low: -1 - l, high: 1 + l, counts: Array.from({ length: 12 }, (_, k) => (k * 7 + l * 3 + step) % 11 + 1) });

function watched(seed, verdict) {
  const steps = [0, 10, 30, 100];
  const grid = (f) => steps.map((step, s) => layers.map((_, l) => f(s, l)));
  return {
    verdict, reason: verdict === 'healthy' ? 'sizes are kept' : 'the gradient fades', loss_at_start: 1.4, chance_loss: 1.0986, ended: 'finished', non_finite: null,
    findings: verdict === 'healthy' ? [] : [{
      problem: 'vanishing_gradient', title: 'The gradient fades on its way to the first layers', layer: 'layer1', more_layers: [], severity: 'error',
      initialization: true, at_start: true, quantity: 'slope', measured: -9.5, measured_error: 0.1, expected: 0, expected_error: 0.24,
      source: 'a paper', cause: 'weights <too> small & "quoted"', remedy: '--init he_normal', falsified_by: 'another draw',
    }],
    layers: layers.map((name, l) => ({ name, kind: 'dense', parameter: `${name}.weight`, fan_in: 4, fan_out: 4, units: 4, activation: 0.5 / (l + 1), gradient: 0.01 * 4 ** l * (seed + 1), weight_scale: 2, expected_scale: 2 })),
    predicted: { activation: [0.5, 0.26, 0.16], gradient: [0.011, 0.045, 0.16], exact: true },
    steps: { step: steps, loss: [1.4, 1.1, 0.8, 0.5], accuracy: [0.3, 0.4, 0.6, 0.8], learning_rate: [0.1, 0.1, 0.1, 0.1], gradient_norm: [3, 2, 1.5, null] },
    records: {
      step: steps, activation: grid((s, l) => 0.5 + s * 0.1 + l), gradient: grid((s, l) => 0.1 * (l + 1)), weight_gradient: grid((s, l) => 10 ** (-s - l)),
      weight: grid(() => 0.2), dead: grid((s, l) => (l === 1 ? 0.25 * s : 0)), saturated: grid((s, l) => 0.1 * l), update_ratio: grid((s, l) => (s === 0 && l === 0 ? null : 1e-3 * (l + 1))),
      correlation: grid((s, l) => 0.2 * l + 0.1 * s),
    },
    histograms: { layers: [0, 1, 2], step: [0, 100], activation: [0, 100].map((step) => layers.map((_, l) => histogram(l, step))),
      gradient: [0, 100].map((step) => layers.map((_, l) => (l === 2 ? null : histogram(l, step)))), weight: [0, 100].map(() => layers.map(() => ({ low: 0.5, high: 0.5, counts: [16] }))) },
    filters: {
      parameter: 'layer1.weight', units: 3, channels: 1, height: 2, width: 2,
      start: { largest: 0.3, bytes: Buffer.from([0, 127, 254, 64, 127, 127, 127, 127, 1, 2, 3, 4]).toString('base64') },
      end: { largest: 0.6, bytes: Buffer.from([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 254, 253]).toString('base64') },
    },
  };
}

const run = (init, seed, accuracy, verdict) => ({
  init, seed, status: 'finished', diverged_at_step: null, start: { loss: 1.4, layers: [] },
  epochs: { epoch: [1, 2], train_loss: [0.9, 0.7 - accuracy / 10], test_loss: [1, 0.8 - accuracy / 10], train_accuracy: [0.5, accuracy - 0.01], test_accuracy: [0.4, accuracy] },
  watch: watched(seed, verdict),
});

const summary = (init, accuracy, more) => ({
  init, verdict: 'healthy', seeds: 2, diverged: 0, test_accuracy_mean: accuracy, test_accuracy_ci95: 0.0123, test_loss_mean: 0.7, test_loss_ci95: 0.01,
  train_loss_mean: 0.654321, epochs_to_reach: 1.5, runs_that_reach: 2, first_gradient_norm: 0.0123456, last_gradient_norm: 1.2345,
  difference_mean: 0, difference_ci95: 0, difference_established: false, is_best: false, remark: 'a remark', ...more,
});

export function comparison() {
  return {
    version: 1, kind: 'compare', fanin: '0.1.0', title: '4-4-3 with relu on <data> & more', command: 'fanin compare --net 4-4-3 --epochs 2',
    settings: [{ group: 'Network', option: '--net', value: '4-4-3', given: true }, { group: 'Data', option: '--target', value: '', given: false }],
    facts: [{ name: 'Training rows', value: '60,000' }], regression: false, chance_accuracy: 0.3333, chosen_by: 'test accuracy', reach_accuracy: 0.5, interrupted: false,
    summary: [
      summary('zeros', 0.4, { verdict: 'unhealthy', difference_mean: 0.41, difference_ci95: 0.05, difference_established: true, runs_that_reach: 0, epochs_to_reach: null }),
      summary('he_normal', 0.81, { is_best: true }),
      summary('glorot_normal', 0.8, { difference_mean: 0.01, difference_ci95: 0.03 }),
    ],
    runs: [run('zeros', 1, 0.39, 'unhealthy'), run('he_normal', 1, 0.8, 'healthy'), run('glorot_normal', 1, 0.8, 'healthy'),
      run('zeros', 2, 0.41, 'unhealthy'), run('he_normal', 2, 0.82, 'healthy'), run('glorot_normal', 2, 0.8, 'healthy')],
  };
}

export function sweep() {
  const points = [];
  for (const [i, depth] of [5, 10, 20, 40].entries()) {
    for (const [j, variance] of [1, 1.5, 2].entries()) {
      points.push({ values: [String(variance), String(depth)], mean: 0.9 - 0.1 * i * Math.abs(j - 1), half_width: 0.01, runs: 2, rank: i * 3 + j + 1, remark: '' });
    }
  }
  return {
    version: 1, kind: 'sweep', fanin: '0.1.0', title: 'trainability', command: 'fanin sweep --preset trainability', settings: [], facts: [], outcome: 'Depth 5 trains everywhere.',
    regression: false, chance_accuracy: null, summary: [], runs: [],
    sweep: { score: 'test accuracy', percent: true, higher_is_better: true, axes: ['weight_variance', 'depth'], points, lines: [{ name: 'six depth scales', x: [1, 1.5, 2], y: [8, 40, 12] }] },
  };
}
