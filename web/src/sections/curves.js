// Accuracy and loss over the epochs, with a band over the seeds.
import { h } from '../dom.js';
import { band, byInit, has, wantsLog } from '../data.js';
import { figure, redrawFigures } from '../figure.js';
import { oneOfFew } from '../choice.js';
import { loss, percent, powerLabel } from '../format.js';
import { bandPolygon } from '../shapes.js';
import { mostLines } from '../theme.js';
import { term } from '../terms.js';

const parts = [['test', 'Test'], ['validation', 'Validation'], ['train', 'Training']];

export function curvesSection(data) {
  if (!data.runs.some((run) => run.epochs.epoch.length > 0)) return null;
  const figures = [];
  if (!data.regression) figures.push(curve(data, 'accuracy'));
  figures.push(curve(data, 'loss'));
  return h('section', { id: 'curves' }, h('h2', null, 'Learning'), h('div', { class: 'pair' }, figures));
}

// Of several initializations: one line each, one part at a time. Of a single one: one line for each part.
function linesOf(data, quantity, part) {
  const groups = byInit(data.runs);
  if (groups.length > 1) {
    return groups.map(({ init, runs }, i) => ({ name: init, style: i, points: band(runs, `${part}_${quantity}`) }));
  }
  return parts.filter(([key]) => has(data.runs, `${key}_${quantity}`))
    .map(([key, name], i) => ({ name, style: i, points: band(data.runs, `${key}_${quantity}`) }));
}

function curve(data, quantity) {
  const known = parts.filter(([key]) => has(data.runs, `${key}_${quantity}`));
  let part = known.length > 0 ? known[0][0] : 'test';
  const several = byInit(data.runs).length > 1;
  const seeds = Math.max(...byInit(data.runs).map(({ runs }) => runs.length));
  const crowded = byInit(data.runs).length > mostLines;
  const best = (data.summary.find((row) => row.is_best) || {}).init;
  const isAccuracy = quantity === 'accuracy';
  const shown = isAccuracy ? (value) => percent(value) : loss;
  const lines = () => linesOf(data, quantity, part);
  const controls = several && known.length > 1
    ? [oneOfFew('Rows', known.map(([value, text]) => ({ value, text })), part, (value) => { part = value; redrawFigures(); })]
    : null;
  return figure({
    id: quantity,
    title: isAccuracy ? 'Accuracy' : 'Loss',
    words: [isAccuracy ? 'The share of rows answered right after each ' : 'How wrong the answers are after each ', term('epoch'),
      isAccuracy ? '; higher is better.' : '; lower is better.',
      seeds > 1 ? [' Line: mean over the ', term('seed', 'seeds'), crowded ? '.' : '; band: from the lowest to the highest.'] : '',
      crowded ? ' The best has a colour; point at another line for its name.' : '',
      ' Training rows are measured during the epoch, before each step.'],
    label: `A line for each ${several ? 'initialization' : 'part of the data'} over the epochs.`,
    controls,
    chosen: () => (controls ? `${known.find(([key]) => key === part)[1]} rows` : ''),
    height: 330,
    option: (colours) => {
      const all = lines();
      const values = all.flatMap((line) => line.points.map((point) => point.mean));
      const log = !isAccuracy && wantsLog(values);
      return {
        grid: { left: 56, right: 18, top: 16, bottom: 44 },
        legend: crowded ? undefined : { data: all.map((line) => line.name) },
        empty: values.length === 0 ? 'No epoch has ended with a finite number' : undefined,
        tooltip: crowded ? { trigger: 'item', valueFormatter: shown } : { trigger: 'axis', valueFormatter: shown },
        xAxis: { type: 'value', name: 'epoch', nameGap: 26, min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false } },
        yAxis: {
          type: log ? 'log' : 'value', scale: true,
          axisLabel: { formatter: isAccuracy ? (value) => `${Number((100 * value).toFixed(3))} %` : powerLabel },
        },
        series: all.flatMap((line) => {
          const colour = crowded ? (line.name === best ? colours.accent : colours.faint) : colours.series(line.style);
          const drawn = crowded ? { width: line.name === best ? 3 : 1, color: colour, opacity: line.name === best ? 1 : 0.6 }
            : { width: 2, type: colours.dash(line.style), color: colour };
          const chance = isAccuracy && data.chance_accuracy && line === all[0];
          return [
            {
              name: line.name, type: 'line', data: line.points.map((point) => [point.epoch, point.mean]),
              symbol: crowded ? 'circle' : colours.symbol(line.style), symbolSize: crowded ? 4 : 6, showSymbol: crowded || line.points.length <= 30,
              lineStyle: drawn, itemStyle: { color: colour, opacity: drawn.opacity }, z: crowded && line.name === best ? 4 : 3,
              emphasis: { focus: 'series' },
              markLine: chance ? {
                silent: true, symbol: 'none', data: [{ yAxis: data.chance_accuracy }],
                lineStyle: { color: colours.faint, type: [2, 4] },
                label: { formatter: 'chance', color: colours.faint, backgroundColor: colours.paper, position: 'insideEndTop' },
              } : undefined,
            },
            ...(!crowded && line.points.some((point) => point.count > 1) ? [bandPolygon(line.name, line.points, colour)] : []),
          ];
        }),
      };
    },
    table: () => {
      const all = lines();
      const epochs = [...new Set(all.flatMap((line) => line.points.map((point) => point.epoch)))].sort((a, b) => a - b);
      return {
        head: ['Epoch', ...all.map((line) => line.name)],
        rows: epochs.map((epoch) => [String(epoch), ...all.map((line) => {
          const point = line.points.find((candidate) => candidate.epoch === epoch);
          return shown(point ? point.mean : null);
        })]),
      };
    },
  });
}
