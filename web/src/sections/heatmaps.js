// What happened in each layer while training went on: heatmaps, layer by step.
import { h } from '../dom.js';
import { cells, range } from '../data.js';
import { figure } from '../figure.js';
import { listed, percent, shownNames, significant } from '../format.js';
import { term } from '../terms.js';

const maps = [
  { id: 'map-gradient', quantity: 'weight_gradient', title: 'Size of the gradient', log: true, words: () => ['The norm of the ', term('gradient'), ' for each layer\u2019s weights.'] },
  { id: 'map-update', quantity: 'update_ratio', title: 'Update ratio', log: true, words: () => ['The ', term('update ratio'), ': how far a step moves the weights, relative to their size.'] },
  { id: 'map-dead', quantity: 'dead', title: 'Dead units', log: false, words: () => ['The share of ', term('dead units'), ' in each layer.'] },
  { id: 'map-saturated', quantity: 'saturated', title: 'Saturation', log: false, words: () => ['The share of values in ', term('saturation'), '. Of a rectifier that is its zero side: half of it is usual.'] },
  { id: 'map-correlation', quantity: 'correlation', title: 'Do inputs look alike?', log: false, words: () => ['The mean cosine between the outputs for different rows: at 100 % a layer gives the same direction for every input.'] },
];

export function heatmapsSection(data, selection) {
  if (selection.runs.length === 0) return null;
  const choice = selection.control();
  const some = (map, test) => selection.runs.some((run) => cells(run.watch.records[map.quantity]).some(test));
  const measured = maps.filter((map) => some(map, () => true));
  const zero = measured.filter((map) => !some(map, (cell) => cell[2] !== 0));
  const shown = measured.filter((map) => !zero.includes(map));
  return h('section', { id: 'layers', 'data-nav': 'Layers' }, h('h2', null, 'Layer by layer over training'),
    h('p', { class: 'lead' }, 'Each row is a layer, the first one on top; each column is a step at which everything was measured. Empty cells: zero on a logarithmic scale, or nothing to measure.'),
    choice ? h('div', { class: 'controls' }, choice) : null,
    h('div', { class: 'pair' }, shown.map((map) => heatmap(map, selection))),
    zero.length > 0 ? h('p', { class: 'note' }, `Zero in every layer at every step, and so not drawn: ${listed(zero.map((map) => map.title.toLowerCase()))}.`) : null);
}

const around = 110;  // px of a chart that are not its cells
const heightOf = (layers) => Math.min(640, around + Math.max(4, layers) * (layers > 30 ? 12 : 24));

function heatmap(map, selection) {
  const run = () => selection.run;
  const { quantity, log } = map;
  const text = (value) => (log ? significant(10 ** value) : percent(value, 1));
  // Some quantities are measured at fewer steps than others.
  const taken = () => {
    const { records } = run().watch;
    const at = records.step.map((step, i) => i).filter((i) => records[quantity][i].some((value) => value !== null));
    return { step: at.map((i) => records.step[i]), [quantity]: at.map((i) => records[quantity][i]) };
  };
  const layersOf = () => run().watch.layers.map((layer) => layer.name);
  return figure({
    id: map.id, title: map.title, words: map.words(), label: 'A grid of cells: layers by steps.', chosen: () => selection.name,
    height: () => heightOf(layersOf().length),
    option: (colours) => {
      const records = taken();
      const layers = layersOf();
      const names = shownNames(layers);
      // As many names as stand apart; the last layer's always, and so none right above it.
      const every = Math.ceil((14 * layers.length) / (heightOf(layers.length) - around));
      const named = (l) => l === layers.length - 1 || (l % every === 0 && layers.length - 1 - l >= every);
      const data = cells(records[quantity], log ? (value) => (value > 0 ? Math.log10(value) : NaN) : undefined);
      const found = range(data.map((cell) => cell[2])) || [0, 1];
      const [low, high] = log ? (found[1] - found[0] < 0.3 ? [found[0] - 0.3, found[1] + 0.3] : found) : [0, 1];
      return {
        empty: data.length === 0 ? 'All zero, or nothing to measure' : undefined,
        grid: { left: 12, right: 14, top: 10, bottom: 76, containLabel: true },
        tooltip: { trigger: 'item', formatter: ({ value }) => `${layers[value[1]]}, step ${records.step[value[0]]}\n${text(value[2])}` },
        xAxis: { type: 'category', data: records.step.map(String), name: 'step', nameGap: 26, splitLine: { show: false }, axisTick: { show: false } },
        yAxis: { type: 'category', data: layers, inverse: true, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { width: 92, overflow: 'truncate', formatter: (name, l) => names[l], interval: named, hideOverlap: false } },
        visualMap: data.length === 0 ? undefined : {
          type: 'continuous', min: low, max: high, dimension: 2, calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 12, itemHeight: 150,
          text: [text(high), text(low)], textStyle: { color: colours.faint }, inRange: { color: colours.sequential },
        },
        series: [{ name: map.title, type: 'heatmap', data, progressive: 0, itemStyle: { borderColor: colours.paper, borderWidth: layers.length > 30 ? 0 : 1 }, emphasis: { itemStyle: { borderColor: colours.ink, borderWidth: 1.5 } } }],
      };
    },
    table: () => {
      const records = taken();
      return {
        head: ['Step', ...layersOf()],
        rows: records.step.map((step, i) => [String(step), ...records[quantity][i].map((value) => (log ? significant(value) : percent(value, 1)))]),
      };
    },
  });
}
