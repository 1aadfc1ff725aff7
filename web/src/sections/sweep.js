// A sweep: every point with its score and rank; a line where one number varies, a map where two do.
import { h, table } from '../dom.js';
import { numericAxes } from '../data.js';
import { figure, redrawFigures } from '../figure.js';
import { oneOfMany } from '../choice.js';
import { loss, percent, significant } from '../format.js';

export function sweepSection(data) {
  if (!data.sweep) return null;
  const { sweep } = data;
  const score = (value) => (sweep.percent ? percent(value) : loss(value));
  const axes = numericAxes(sweep);
  const ranked = [...sweep.points].sort((a, b) => (a.rank === null ? Infinity : a.rank) - (b.rank === null ? Infinity : b.rank));
  return h('section', { id: 'sweep', 'data-nav': 'Sweep' }, h('h2', null, 'The sweep'),
    axes.length >= 2 ? map(sweep, axes, score) : null,
    axes.length > 0 ? alongAxis(sweep, axes, score) : null,
    h('h3', null, 'All points'),
    table(`Points by ${sweep.score}`, ['Rank', ...sweep.axes, sweep.score, 'Runs', 'Remark'],
      ranked.map((point) => [point.rank === null ? '\u2013' : String(point.rank), ...point.values,
        point.half_width === null ? score(point.mean) : `${score(point.mean)} \u00b1 ${score(point.half_width)}`, String(point.runs), point.remark]),
      { text: [...sweep.axes.map((axis, i) => i + 1), sweep.axes.length + 3] }));
}

// Other axes than the two drawn: the best point of each cell.
function bestAt(sweep, choose) {
  const better = sweep.higher_is_better ? (a, b) => a > b : (a, b) => a < b;
  const found = new Map();
  for (const point of sweep.points) {
    if (point.mean === null) continue;
    const key = choose(point);
    if (!found.has(key) || better(point.mean, found.get(key).mean)) found.set(key, point);
  }
  return found;
}

function map(sweep, axes, score) {
  let [x, y] = axes;
  const byName = (name) => axes.find((axis) => axis.axis === name);
  const options = axes.map((axis) => ({ value: axis.axis, text: axis.axis }));
  const found = () => bestAt(sweep, (point) => `${Number(point.values[x.index])}|${Number(point.values[y.index])}`);
  const at = (i, j) => found().get(`${x.values[i]}|${y.values[j]}`);
  // A line is given in the axes' own values; between two categories it goes proportionally.
  const position = (values, value) => {
    const above = values.findIndex((candidate) => candidate >= value);
    if (above < 0) return values.length - 0.5; // beyond the last: along the edge
    if (above === 0 && value < values[0]) return null;
    return above === 0 ? 0 : above - 1 + (value - values[above - 1]) / (values[above] - values[above - 1]);
  };
  return figure({
    id: 'sweep-map', title: `${sweep.score} by ${x.axis} and ${y.axis}`,
    words: ['Each cell is a point of the sweep; where further settings vary, the best of them.', (sweep.lines || []).length > 0 ? ` Line: ${sweep.lines.map((line) => line.name).join('; ')}.` : ''],
    label: 'A grid of cells coloured by the score.',
    controls: axes.length > 2 ? [oneOfMany('Across', options, x.axis, (name) => { x = byName(name); redrawFigures(); }),
      oneOfMany('Up', options, y.axis, (name) => { y = byName(name); redrawFigures(); })] : null,
    height: () => 170 + 30 * y.values.length,
    option: (colours) => {
      const points = found();
      const cells = [];
      x.values.forEach((xv, i) => y.values.forEach((yv, j) => {
        const point = points.get(`${xv}|${yv}`);
        if (point) cells.push([i, j, point.mean]);
      }));
      const means = cells.map((cell) => cell[2]);
      const lines = x === axes[0] && y === axes[1] ? sweep.lines || [] : [];
      return {
        grid: { left: 50, right: 20, top: 16, bottom: 96, containLabel: true },
        tooltip: { trigger: 'item', formatter: ({ value }) => `${x.axis} ${x.values[value[0]]}, ${y.axis} ${y.values[value[1]]}\n${score(value[2])}` },
        xAxis: { type: 'category', data: x.values.map(String), name: x.axis, nameGap: 28, splitLine: { show: false } },
        yAxis: { type: 'category', data: y.values.map(String), name: y.axis, nameGap: 44, splitLine: { show: false } },
        visualMap: {
          type: 'continuous', seriesIndex: 0, min: Math.min(...means), max: Math.max(...means), dimension: 2, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
          itemWidth: 12, itemHeight: 150, text: [score(Math.max(...means)), score(Math.min(...means))], textStyle: { color: colours.faint }, inRange: { color: colours.sequential },
        },
        series: [
          { name: sweep.score, type: 'heatmap', data: cells, itemStyle: { borderColor: colours.paper, borderWidth: 1 } },
          ...lines.map((line, k) => ({
            name: line.name, type: 'custom', silent: true, data: [[0, 0]], z: 5,
            renderItem: (params, api) => {
              const path = line.x.map((xv, i) => [position(x.values, xv), position(y.values, line.y[i] ?? Infinity)])
                .filter(([px, py]) => px !== null && py !== null).map((point) => fractional(api, point));
              return path.length < 2 ? null : { type: 'polyline', shape: { points: path }, style: { stroke: '#ffffff', lineWidth: 2.5, lineDash: colours.dash(2 * k), fill: 'none', shadowColor: '#000000', shadowBlur: 3 } };
            },
          })),
        ],
      };
    },
    table: () => ({ head: [`${y.axis} \\ ${x.axis}`, ...x.values.map(String)], rows: y.values.map((yv, j) => [String(yv), ...x.values.map((xv, i) => { const point = at(i, j); return point ? score(point.mean) : '\u2013'; })]) }),
  });
}

// Between the middles of cells.
function fractional(api, [x, y]) {
  const [x0, y0] = api.coord([Math.floor(x), Math.floor(y)]);
  const [x1, y1] = api.coord([Math.floor(x) + 1, Math.floor(y) + 1]);
  return [x0 + (Number.isFinite(x1) ? x1 - x0 : 0) * (x - Math.floor(x)), y0 + (Number.isFinite(y1) ? y1 - y0 : 0) * (y - Math.floor(y))];
}

function alongAxis(sweep, axes, score) {
  let axis = axes[0];
  const rows = () => [...bestAt(sweep, (point) => Number(point.values[axis.index]))].sort((a, b) => a[0] - b[0]);
  const log = () => axis.values[0] > 0 && axis.values[axis.values.length - 1] > 50 * axis.values[0];
  return figure({
    id: 'sweep-line', title: 'Along one setting', words: 'The score at each value of one setting; where others vary, the best of them.',
    label: 'A line over the values of the setting.', height: 320,
    controls: axes.length > 1 ? [oneOfMany('Setting', axes.map((entry) => ({ value: entry.axis, text: entry.axis })), axis.axis,
      (name) => { axis = axes.find((entry) => entry.axis === name); redrawFigures(); })] : null,
    option: (colours) => ({
      grid: { left: 60, right: 20, top: 16, bottom: 48 },
      tooltip: { trigger: 'axis', valueFormatter: score },
      xAxis: { type: log() ? 'log' : 'value', name: axis.axis, nameGap: 28, scale: true },
      yAxis: { type: 'value', scale: true, axisLabel: { formatter: (value) => (sweep.percent ? `${Number((100 * value).toFixed(2))} %` : significant(value)) } },
      series: [{ name: sweep.score, type: 'line', data: rows().map(([value, point]) => [value, point.mean]), symbolSize: 8, lineStyle: { color: colours.accent }, itemStyle: { color: colours.accent } }],
    }),
    table: () => ({ head: [axis.axis, sweep.score], rows: rows().map(([value, point]) => [String(value), score(point.mean)]) }),
  });
}
