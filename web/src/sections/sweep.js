// A sweep: every point with its score and rank; lines where one number varies, a map where two do.
import { h, table } from '../dom.js';
import { bestAt, namedAxes, numericAxes } from '../data.js';
import { capitalized, loss, lossWithError, percent, percentWithError, powerLabel } from '../format.js';
import { sweepLines } from './sweep_lines.js';
import { sweepMap } from './sweep_map.js';

export function sweepSection(data) {
  if (!data.sweep) return null;
  const { sweep } = data;
  const score = (value) => (sweep.percent ? percent(value) : loss(value));
  const axes = numericAxes(sweep);
  const said = (value) => (value !== '' && Number.isFinite(Number(value)) ? powerLabel(Number(value)) : value);
  const result = (point) => (sweep.percent ? percentWithError : lossWithError)(point.mean, point.half_width);
  const ranked = [...sweep.points].sort((a, b) => (a.rank === null ? Infinity : a.rank) - (b.rank === null ? Infinity : b.rank));
  const remarks = sweep.points.some((point) => point.remark);
  const best = [...bestAt(sweep, () => 'all').values()][0];
  return h('section', { id: 'sweep', 'data-nav': 'Sweep' }, h('h2', null, 'The sweep'),
    best && sweep.points.length > 1
      ? h('p', { class: 'lead' }, `Best ${sweep.score} of ${sweep.points.length} points: ${result(best)} at ${sweep.axes.map((axis, i) => `${axis} ${said(best.values[i])}`).join(', ')}.`) : null,
    best ? null : h('p', { class: 'lead' }, 'No run has ended with a score yet.'),
    best && axes.length >= 2 ? sweepMap(sweep, axes, score) : null,
    best && axes.length > 0 ? sweepLines(sweep, axes, namedAxes(sweep), score) : null,
    h('h3', { class: 'of-table' }, 'All points'),
    table(`Points by ${sweep.score}`, ['Rank', ...sweep.axes, capitalized(sweep.score), 'Runs', ...(remarks ? ['Remark'] : [])],
      ranked.map((point) => [point.rank === null ? '\u2013' : String(point.rank), ...point.values.map(said), result(point), String(point.runs),
        ...(remarks ? [point.remark] : [])]),
      { text: [...sweep.axes.map((axis, i) => i + 1), sweep.axes.length + 3] }));
}
