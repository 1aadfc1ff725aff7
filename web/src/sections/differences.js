// How far each initialization lies from the best one, paired by seed, with its interval.
import { h } from '../dom.js';
import { pairedDifferences } from '../data.js';
import { figure } from '../figure.js';
import { loss, shortName, significant } from '../format.js';
import { errorBars } from '../shapes.js';
import { term } from '../terms.js';

// Equal differences of few seeds have an interval without width, which says nothing.
function verdict(row) {
  if (row.difference_established) return 'established';
  if (row.difference_ci95 === null) return 'not established: one seed';
  return Math.abs(row.difference_mean) > row.difference_ci95 ? 'not established: too few seeds' : 'not established: the interval holds zero';
}

export function differencesSection(data) {
  const best = data.summary.find((row) => row.is_best);
  const rows = data.summary.filter((row) => !row.is_best && row.difference_mean !== null);
  if (!best || rows.length === 0) return null;
  const pairs = pairedDifferences(data);
  // Best minus other; for an accuracy that is how much lower the other is, in points.
  const unit = data.regression ? 1 : 100;
  const axis = data.regression ? `test loss minus that of ${shortName(best.init)}` : `points of test accuracy below ${shortName(best.init)}`;
  const sign = data.regression ? -1 : 1;
  const of = (value) => sign * unit * value;
  const text = (value) => (data.regression ? loss(value) : `${significant(value)} points`);
  const interval = (row) => (row.difference_ci95 === null ? null : [of(row.difference_mean) - unit * row.difference_ci95, of(row.difference_mean) + unit * row.difference_ci95]);
  return h('section', { id: 'differences-section', 'data-nav': 'Differences' }, h('h2', null, 'Is the difference real?'), figure({
    id: 'differences',
    title: `Difference to ${best.init}`,
    words: ['Each difference is ', term('paired by seed'), '. Small marks: single seeds. Large mark and bar: mean and ', term('95 % interval'),
      '. A bar that crosses zero leaves open which of the two is better.'],
    label: `For each other initialization, ${axis}, with single seeds, mean and interval.`,
    height: () => 80 + (rows.length > 12 ? 26 : 46) * rows.length,
    option: (colours, width) => ({
      grid: { left: 12, right: 26, top: 12, bottom: 46, containLabel: true },
      tooltip: { trigger: 'item', formatter: ({ seriesName, value }) => `${rows[value[0]] ? rows[value[0]].init : ''}\n${seriesName}: ${text(value[value.length - 1])}` },
      xAxis: { type: 'value', name: axis, nameGap: 30, scale: false },
      yAxis: { type: 'category', inverse: true, data: rows.map((row) => row.init), axisTick: { show: false }, axisLabel: { formatter: (name) => shortName(name), width: 0.4 * width, overflow: 'truncate' } },
      series: [
        {
          ...errorBars('95 % interval', rows.map((row, i) => {
            const ends = interval(row);
            return ends ? [i, ends[0], ends[1], of(row.difference_mean)] : [i, of(row.difference_mean), of(row.difference_mean), of(row.difference_mean)];
          }), colours.accent),
        },
        {
          name: 'seed', type: 'scatter', symbol: 'circle', symbolSize: 7, itemStyle: { color: colours.faint, opacity: 0.75 }, encode: { x: 1, y: 0 },
          data: rows.flatMap((row, i) => (pairs.get(row.init) || []).map(({ value }) => [i, of(value)])),
        },
        {
          name: 'mean', type: 'scatter', symbol: 'diamond', symbolSize: 14, itemStyle: { color: colours.accent }, encode: { x: 1, y: 0 },
          data: rows.map((row, i) => [i, of(row.difference_mean)]),
          markLine: { silent: true, symbol: 'none', data: [{ xAxis: 0 }], label: { show: false }, lineStyle: { color: colours.ink, type: 'solid', width: 1 } },
        },
      ],
    }),
    table: () => ({
      head: ['Initialization', 'Mean difference', 'Half of the 95 % interval', 'Verdict', 'Seeds'],
      rows: rows.map((row) => [row.init, text(of(row.difference_mean)), row.difference_ci95 === null ? '\u2013' : text(unit * row.difference_ci95),
        verdict(row),
        (pairs.get(row.init) || []).map(({ seed, value }) => `${seed}: ${significant(of(value))}`).join(', ')]),
      text: [3, 4],
    }),
  }));
}
