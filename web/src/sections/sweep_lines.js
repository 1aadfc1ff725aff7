// The score along one number that a sweep varies, with a line for each value of a setting that is no number.
import { bestAt } from '../data.js';
import { figure, redrawFigures } from '../figure.js';
import { oneOfMany } from '../choice.js';
import { capitalized, powerLabel } from '../format.js';

const mostLines = 32;  // that can be told apart
const none = '';

/** The base of a logarithmic axis that suits the values, or 0: 10 over two powers of ten or more, 2 over three of two. */
function logBase(values) {
  if (!(values[0] > 0)) return 0;
  const span = values[values.length - 1] / values[0];
  return span >= 100 ? 10 : span >= 8 ? 2 : 0;
}

export function sweepLines(sweep, axes, named, score) {
  let axis = axes[0];
  const splits = named.filter((entry) => entry.values.length <= mostLines);
  let split = splits.find((entry) => entry.axis.startsWith('init')) || splits[0] || null;
  const lines = () => (split ? split.values : [capitalized(sweep.score)]).map((name, i) => {
    const points = split ? sweep.points.filter((point) => point.values[split.index] === name) : sweep.points;
    const best = bestAt({ ...sweep, points }, (point) => Number(point.values[axis.index]));
    return { name, style: i, points: [...best].sort((a, b) => a[0] - b[0]).map(([value, point]) => [value, point.mean]) };
  });
  return figure({
    id: 'sweep-line', title: `${capitalized(sweep.score)} along one setting`,
    words: ['The score at each value of one setting', sweep.axes.length > 1 ? '; of what else varies the best is shown.' : '.'],
    label: 'Lines over the values of the setting.', height: 340,
    chosen: () => (axes.length > 1 ? `Along ${axis.axis}` : ''),
    controls: [
      axes.length > 1 ? oneOfMany('Along', axes.map((entry) => ({ value: entry.axis, text: entry.axis })), axis.axis,
        (name) => { axis = axes.find((entry) => entry.axis === name); redrawFigures(); }) : null,
      splits.length > 0 ? oneOfMany('A line for each', [...splits.map((entry) => ({ value: entry.axis, text: entry.axis })), { value: none, text: 'nothing: the best of all' }],
        split.axis, (name) => { split = splits.find((entry) => entry.axis === name) || null; redrawFigures(); }) : null,
    ],
    option: (colours) => {
      const all = lines();
      const base = logBase(axis.values);
      return {
        grid: { left: 62, right: 24, top: 16, bottom: 48 },
        legend: all.length > 1 ? { data: all.map((line) => line.name) } : undefined,
        tooltip: { trigger: all.length > 12 ? 'item' : 'axis', valueFormatter: score },
        xAxis: {
          type: base > 0 ? 'log' : 'value', logBase: base || 10, name: axis.axis, nameGap: 28, scale: true, min: 'dataMin', max: 'dataMax',
          axisLabel: { formatter: powerLabel }, splitLine: { show: false },
        },
        yAxis: { type: 'value', scale: true, axisLabel: { formatter: (value) => (sweep.percent ? `${Number((100 * value).toFixed(2))} %` : powerLabel(value)) } },
        series: all.map((line) => ({
          name: line.name, type: 'line', data: line.points, symbol: colours.symbol(line.style), symbolSize: 8, emphasis: { focus: 'series' },
          lineStyle: { width: 2, color: colours.series(line.style), type: colours.dash(line.style) }, itemStyle: { color: colours.series(line.style) },
        })),
      };
    },
    table: () => {
      const all = lines();
      return {
        head: [axis.axis, ...all.map((line) => line.name)],
        rows: axis.values.map((value) => [powerLabel(value), ...all.map((line) => score((line.points.find((point) => point[0] === value) || [])[1]))]),
      };
    },
  });
}
