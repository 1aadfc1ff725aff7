// Ridge-lines: how activations, gradients and weights of each layer spread, at a step that a slider chooses.
import { h } from '../dom.js';
import { range, ridge } from '../data.js';
import { figure, redrawFigures } from '../figure.js';
import { oneOfFew, slider } from '../choice.js';
import { grouped, powerLabel, shownNames, significant } from '../format.js';

const quantities = [['activation', 'Activations'], ['gradient', 'Gradients'], ['weight', 'Weights']];

// Whether one bin holds so much, as the zeros of a rectifier do, that next to it all others are flat.
const spiked = (steps) => steps.flat().filter(Boolean).some(({ counts }) => counts.length > 1 && Math.max(...counts) > 0.4 * counts.reduce((sum, count) => sum + count, 0));

export function ridgesSection(data, selection) {
  if (selection.runs.length === 0 || !selection.runs.every((run) => run.watch.histograms)) return null;
  let quantity = 'activation';
  let scale = 'shared';
  let height = spiked(selection.run.watch.histograms.activation) ? 'log' : 'linear';
  let at = selection.run.watch.histograms.step.length - 1;
  const histograms = () => selection.run.watch.histograms;
  const layers = () => histograms().layers.map((l) => selection.run.watch.layers[l].name);
  const current = () => histograms()[quantity][Math.min(at, histograms().step.length - 1)];
  const stepText = (position) => `step ${grouped(histograms().step[position])}`;
  const time = h('div', { class: 'slot' });
  const renew = () => time.replaceChildren(slider('Time', histograms().step.length, at, stepText, (position) => { at = position; redrawFigures(); }));
  renew();
  selection.onChange(() => { at = Math.min(at, histograms().step.length - 1); renew(); });
  const element = figure({
    id: 'ridges', title: 'How values spread',
    words: 'One ridge for each layer, the first one on top: how many values have which size. Move the slider to see them change while training goes on. Values beyond four standard deviations are counted at the ends.',
    label: 'One histogram for each layer at the chosen step.',
    chosen: () => [selection.name, `${quantities.find(([key]) => key === quantity)[1].toLowerCase()} at ${stepText(Math.min(at, histograms().step.length - 1))}`,
      scale === 'own' ? 'each layer on an axis of its own' : '', height === 'log' ? 'heights are logarithms of counts' : ''].filter(Boolean).join('; '),
    controls: [
      selection.control(),
      oneOfFew('Of', quantities.map(([value, text]) => ({ value, text })), quantity, (value) => { quantity = value; redrawFigures(); }),
      oneOfFew('Width', [{ value: 'shared', text: 'the same for all layers' }, { value: 'own', text: 'each layer\u2019s own' }], scale, (value) => { scale = value; redrawFigures(); }),
      oneOfFew('Height', [{ value: 'linear', text: 'counts' }, { value: 'log', text: 'their logarithm' }], height, (value) => { height = value; redrawFigures(); }),
      time,
    ],
    height: () => 90 + 46 * Math.max(3, layers().length),
    option: (colours, width) => {
      const names = layers();
      const shown = shownNames(names);
      const shapes = current().map((histogram) => ridge(histogram, height === 'log'));
      // Over all steps, so that the axis stands still while the slider moves.
      const ends = histograms()[quantity].flat().filter(Boolean).flatMap((histogram) => [histogram.low, histogram.high]);
      const all = range(ends) || [-1, 1];
      const [low, high] = scale === 'own' ? [0, 1] : all[0] === all[1] ? [all[0] - 1, all[1] + 1] : all;
      const place = (l, x) => {
        if (scale !== 'own') return x;
        const histogram = current()[l];
        return histogram.high > histogram.low ? (x - histogram.low) / (histogram.high - histogram.low) : 0.5;
      };
      return {
        grid: { left: 12, right: 18, top: 34, bottom: 40, containLabel: true },
        tooltip: {
          trigger: 'item',
          formatter: ({ dataIndex }) => {
            const histogram = current()[dataIndex];
            return histogram ? `${names[dataIndex]}, ${stepText(at)}\nfrom ${significant(histogram.low)} to ${significant(histogram.high)}\n${grouped(histogram.counts.reduce((sum, count) => sum + count, 0))} values` : '';
          },
        },
        xAxis: {
          type: 'value', min: low, max: high, name: scale === 'own' ? 'from each layer\u2019s smallest to its largest value' : 'value', nameGap: 24,
          axisLabel: { formatter: powerLabel, show: scale !== 'own', showMinLabel: false, showMaxLabel: false },
        },
        yAxis: { type: 'category', data: names, inverse: true, axisTick: { show: false }, splitLine: { show: true }, axisLabel: { formatter: (name, l) => shown[l], width: 0.3 * width, overflow: 'truncate' } },
        series: [{
          name: 'spread', type: 'custom', data: names.map((name, l) => [low, l]), encode: { x: 0, y: 1 }, z: 3,
          renderItem: (params, api) => {
            const l = params.dataIndex;
            const points = shapes[l];
            if (points.length === 0) return null;
            const [, base] = api.coord([low, l]);
            const band = Math.abs(api.size([0, 1])[1]);
            const foot = base + band * 0.42;
            return {
              type: 'polygon', z2: l,
              shape: { points: points.map(([x, share]) => [api.coord([place(l, x), l])[0], foot - share * band * 1.1]) },
              style: { fill: colours.accent, opacity: 0.5, stroke: colours.accent, lineWidth: 1.4 },
            };
          },
        }],
      };
    },
    table: () => ({
      head: ['Layer', 'Smallest shown', 'Largest shown', 'Most frequent near', 'Values'],
      rows: current().map((histogram, l) => {
        if (!histogram) return [layers()[l], '\u2013', '\u2013', '\u2013', '\u2013'];
        const most = histogram.counts.indexOf(Math.max(...histogram.counts));
        const width = (histogram.high - histogram.low) / histogram.counts.length;
        return [layers()[l], significant(histogram.low), significant(histogram.high), significant(histogram.low + (most + 0.5) * width),
          grouped(histogram.counts.reduce((sum, count) => sum + count, 0))];
      }),
    }),
  });
  return h('section', { id: 'spread', 'data-nav': 'Histograms' }, h('h2', null, 'Histograms over training'), element);
}
