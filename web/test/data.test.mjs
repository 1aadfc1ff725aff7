// The page's own computations, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as data from '../src/data.js';
import * as format from '../src/format.js';
import { bandPolygon } from '../src/shapes.js';
import { comparison, sweep } from './sample.mjs';

test('a band holds mean, lowest and highest of the runs that have a number at the epoch', () => {
  const runs = [
    { epochs: { epoch: [1, 2, 3], test_loss: [1, 2, null] } },
    { epochs: { epoch: [1, 2], test_loss: [3, 6] } },
  ];
  assert.deepEqual(data.band(runs, 'test_loss'), [
    { epoch: 1, mean: 2, low: 1, high: 3, count: 2 }, { epoch: 2, mean: 4, low: 2, high: 6, count: 2 },
  ]);
  assert.deepEqual(data.band(runs, 'validation_loss'), []);
  assert.equal(data.has(runs, 'test_loss'), true);
  assert.equal(data.has(runs, 'validation_loss'), false);
});

test('the axis reaches as far as a band does, which is drawn once', () => {
  const points = [{ epoch: 1, low: 2, high: 5 }, { epoch: 2, low: 1, high: 3 }];
  const series = bandPolygon('he_normal', points, '#000');
  assert.deepEqual(series.data, [[1, 1], [1, 5]]);
  const api = { coord: (point) => point };
  assert.deepEqual(series.renderItem({ dataIndex: 0 }, api).shape.points, [[1, 5], [2, 3], [2, 1], [1, 2]]);
  assert.equal(series.renderItem({ dataIndex: 1 }, api), null);
  assert.deepEqual(bandPolygon('none', [], '#000').data, []);
});

test('a remark on a sound start does not contradict what the runs showed', () => {
  const row = { remark: 'healthy: sizes are kept', verdict: 'uncertain', reason: 'the loss has hardly moved' };
  assert.equal(data.remarkOf(row), 'the loss has hardly moved; before the first step sizes are kept');
  assert.equal(data.remarkOf({ ...row, verdict: 'healthy' }), row.remark);
  assert.equal(data.remarkOf({ ...row, remark: 'weights too small' }), 'weights too small');
  assert.equal(data.remarkOf({ ...row, verdict: null, reason: null }), row.remark);
});

test('differences are paired by seed and leave out runs that did not finish', () => {
  const page = comparison();
  page.runs.find((run) => run.init === 'zeros' && run.seed === 2).status = 'diverged';
  const pairs = data.pairedDifferences(page);
  assert.deepEqual([...pairs.keys()], ['zeros', 'glorot_normal']);
  assert.equal(pairs.get('zeros').length, 1);
  assert.ok(Math.abs(pairs.get('zeros')[0].value - 0.41) < 1e-12);
  assert.ok(Math.abs(pairs.get('glorot_normal')[1].value - 0.02) < 1e-12);
});

test('findings of several seeds become one, errors first', () => {
  const page = comparison();
  page.runs[1].watch.findings.push({ ...page.runs[0].watch.findings[0], problem: 'dead_relu', severity: 'note' });
  const groups = data.groupedFindings(page);
  assert.deepEqual(groups.map((group) => [group.init, group.finding.problem, group.seeds]),
    [['zeros', 'vanishing_gradient', [1, 2]], ['he_normal', 'dead_relu', [1]]]);
});

test('a logarithmic axis is for positive numbers over more than two powers of ten', () => {
  assert.equal(data.wantsLog([1, 50]), false);
  assert.equal(data.wantsLog([1, 500, null]), true);
  assert.equal(data.wantsLog([0, 1e-9, 1]), true);
  assert.equal(data.wantsLog([-1, 500]), false);
  assert.equal(data.wantsLog([]), false);
});

test('cells leave out what is no number, also after the transform', () => {
  assert.deepEqual(data.cells([[1, null], [100, 0]], (value) => (value > 0 ? Math.log10(value) : NaN)), [[0, 0, 0], [1, 0, 2]]);
});

test('a ridge runs over the middles of the bins and a constant is a spike', () => {
  assert.deepEqual(data.ridge({ low: 0, high: 4, counts: [1, 4, 0, 2] }), [[0, 0], [0.5, 0.25], [1.5, 1], [2.5, 0], [3.5, 0.5], [4, 0]]);
  assert.deepEqual(data.ridge({ low: 2, high: 2, counts: [9] }), [[2, 0], [2, 1], [2, 0]]);
  assert.deepEqual(data.ridge(null), []);
  const [, low, high] = data.ridge({ low: 0, high: 2, counts: [9, 999] }, true);  // on a logarithmic scale
  assert.deepEqual([low, high], [[0.5, Math.log(10) / Math.log(1000)], [1.5, 1]]);
});

test('the start of a run that nobody watched comes from its first batch', () => {
  const run = { watch: null, start: { layers: [{ name: 'a', activation_std_dev: 1, weight_gradient: 2 }] } };
  assert.deepEqual(data.startOf(run), { layers: ['a'], activation: [1], gradient: [2], predicted: null, gradientKind: 'weight' });
  assert.equal(data.startOf({ watch: null, start: null }), null);
});

test('axes of a sweep are those with two numbers or more', () => {
  const axes = data.numericAxes({ axes: ['depth', 'init', 'one'], points: [{ values: ['10', 'x', '1'] }, { values: ['5', 'y', '1'] }] });
  assert.deepEqual(axes, [{ axis: 'depth', index: 0, values: [5, 10], numeric: true }]);
  assert.equal(data.numericAxes(sweep().sweep).length, 2);
});

test('axes of a sweep that are no numbers are those with two texts or more, and the best point is the highest or the lowest', () => {
  const points = [{ values: ['a', '1'], mean: 0.5 }, { values: ['b', '1'], mean: 0.7 }, { values: ['b', '2'], mean: null }];
  assert.deepEqual(data.namedAxes({ axes: ['init', 'depth'], points }), [{ axis: 'init', index: 0, values: ['a', 'b'] }]);
  assert.deepEqual(data.bestAt({ points, higher_is_better: true }, (point) => point.values[1]), new Map([['1', points[1]]]));
  assert.deepEqual(data.bestAt({ points, higher_is_better: false }, (point) => point.values[1]), new Map([['1', points[0]]]));
});

test('names are cut in their middle, and of layers what all share is left out', () => {
  assert.equal(format.shortName('he_normal'), 'he_normal');
  assert.equal(format.shortName('a'.repeat(20) + 'b'.repeat(20)), `${'a'.repeat(14)}\u2026${'b'.repeat(13)}`);
  assert.deepEqual(format.shownNames(['layer1', 'layer2']), ['layer1', 'layer2']);
  assert.deepEqual(format.shownNames(['encoder.blocks.0.attention', 'encoder.blocks.11.attention']), ['\u20260\u2026', '\u202611\u2026']);
  assert.deepEqual(format.shownNames(['encoder.blocks.attention', 'encoder.blocks.attention', 'head']), ['encoder.blocks.attention', 'encoder.blocks.attention', 'head']);
  assert.deepEqual(format.shownNames(['a.long.name.that.is.alone']), ['a.long.name.that.is.alone']);
});

test('data of a later version are refused', () => {
  assert.throws(() => data.read('{"version": 2}'), /version 2/);
});

test('numbers read as in the terminal', () => {
  assert.equal(format.percentWithError(0.8822, 0.0044), '88.22 \u00b1 0.44 %');
  assert.equal(format.percent(null), '\u2013');
  assert.equal(format.significant(0.041234), '0.0412');
  assert.equal(format.significant(0.000012), '1.2e-5');
  assert.equal(format.significant(-9.5821), '-9.58');
  assert.equal(format.significant(0), '0');
  assert.equal(format.loss(0.23994), '0.2399');
  assert.equal(format.loss(1234.5), '1235');
  assert.equal(format.grouped(1234567), '1,234,567');
  assert.equal(format.powerLabel(1e-6), '1e-6');
  assert.equal(format.powerLabel(0.01), '0.01');
  assert.equal(format.powerLabel(5.5e29), '5.5e29');
  assert.equal(format.listed(['a', 'b', 'c']), 'a, b and c');
});
