// Two numbers that a sweep varies, as a grid of cells coloured by the score, with theory's line over it.
import { bestAt } from '../data.js';
import { figure, redrawFigures } from '../figure.js';
import { oneOfMany } from '../choice.js';
import { capitalized, powerLabel } from '../format.js';

export function sweepMap(sweep, axes, score) {
  let [x, y] = axes;
  const byName = (name) => axes.find((axis) => axis.axis === name);
  const options = axes.map((axis) => ({ value: axis.axis, text: axis.axis }));
  const found = () => bestAt(sweep, (point) => `${Number(point.values[x.index])}|${Number(point.values[y.index])}`);
  const others = sweep.axes.length > 2;
  return figure({
    id: 'sweep-map', title: axes.length > 2 ? `${capitalized(sweep.score)} by two settings` : `${capitalized(sweep.score)} by ${x.axis} and ${y.axis}`,
    words: [others ? 'Each cell is a pair of values; of what else varies the best is shown.' : 'Each cell is a point of the sweep.',
      (sweep.lines || []).length > 0 ? ` Line: ${sweep.lines.map((line) => line.name).join('; ')}.` : ''],
    label: 'A grid of cells coloured by the score.',
    chosen: () => (axes.length > 2 ? `${x.axis} across, ${y.axis} up` : ''),
    controls: axes.length > 2 ? [oneOfMany('Across', options, x.axis, (name) => { x = byName(name); redrawFigures(); }),
      oneOfMany('Up', options, y.axis, (name) => { y = byName(name); redrawFigures(); })] : null,
    height: () => 150 + 30 * Math.max(3, y.values.length),
    option: (colours) => {
      const points = found();
      const cells = [];
      x.values.forEach((xv, i) => y.values.forEach((yv, j) => {
        const point = points.get(`${xv}|${yv}`);
        if (point) cells.push([i, j, point.mean]);
      }));
      const means = cells.map((cell) => cell[2]);
      const [least, most] = [Math.min(...means), Math.max(...means)];
      const lines = x === axes[0] && y === axes[1] ? sweep.lines || [] : [];
      return {
        grid: { left: 12, right: 20, top: 30, bottom: 84, containLabel: true },
        tooltip: { trigger: 'item', formatter: ({ value }) => `${x.axis} ${powerLabel(x.values[value[0]])}, ${y.axis} ${powerLabel(y.values[value[1]])}\n${score(value[2])}` },
        xAxis: { type: 'category', data: x.values.map(powerLabel), name: x.axis, nameGap: 28, splitLine: { show: false } },
        yAxis: { type: 'category', data: y.values.map(powerLabel), name: y.axis, nameLocation: 'end', nameGap: 10, splitLine: { show: false } },
        visualMap: {
          type: 'continuous', seriesIndex: 0, min: least, max: most > least ? most : least + 1e-9, dimension: 2, calculable: false, orient: 'horizontal', left: 'center', bottom: 0,
          itemWidth: 12, itemHeight: 150, text: [score(most), score(least)], textStyle: { color: colours.faint }, inRange: { color: colours.sequential },
        },
        series: [
          { name: sweep.score, type: 'heatmap', data: cells, itemStyle: { borderColor: colours.paper, borderWidth: 1 } },
          ...lines.map((line, k) => ({ name: line.name, type: 'custom', silent: true, data: [[0, 0]], z: 5, renderItem: (params, api) => pathOf(api, line, x, y, colours.dash(2 * k)) })),
        ],
      };
    },
    table: () => {
      const points = found();
      return {
        head: [`${y.axis} \\ ${x.axis}`, ...x.values.map(powerLabel)],
        rows: y.values.map((yv) => [powerLabel(yv), ...x.values.map((xv) => { const point = points.get(`${xv}|${yv}`); return point ? score(point.mean) : '\u2013'; })]),
      };
    },
  });
}

// White with a dark edge, which stands out from every colour below it.
function pathOf(api, line, x, y, dash) {
  const points = line.x.map((value, i) => [position(x.values, value), position(y.values, line.y[i] ?? Infinity)])
    .filter(([px, py]) => px !== null && py !== null).map((point) => fractional(api, point));
  if (points.length < 2) return null;
  const stroke = (colour, width) => ({ type: 'polyline', shape: { points }, style: { stroke: colour, lineWidth: width, lineDash: dash, fill: 'none' } });
  return { type: 'group', children: [stroke('#000000', 5), stroke('#ffffff', 2.5)] };
}

// A line is given in the axes' own values; between two categories it goes proportionally.
function position(values, value) {
  const above = values.findIndex((candidate) => candidate >= value);
  if (above < 0) return values.length - 0.5; // beyond the last: along the edge
  if (above === 0 && value < values[0]) return null;
  return above === 0 ? 0 : above - 1 + (value - values[above - 1]) / (values[above] - values[above - 1]);
}

// Between the middles of cells.
function fractional(api, [x, y]) {
  const [x0, y0] = api.coord([Math.floor(x), Math.floor(y)]);
  const [x1, y1] = api.coord([Math.floor(x) + 1, Math.floor(y) + 1]);
  return [x0 + (Number.isFinite(x1) ? x1 - x0 : 0) * (x - Math.floor(x)), y0 + (Number.isFinite(y1) ? y1 - y0 : 0) * (y - Math.floor(y))];
}
