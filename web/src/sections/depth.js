// Sizes of activations and gradients against depth: measured points, predicted line.
import { h } from '../dom.js';
import { byInit, range, startOf, wantsLog } from '../data.js';
import { figure } from '../figure.js';
import { powerLabel, shownNames, significant } from '../format.js';
import { mostLines } from '../theme.js';
import { term } from '../terms.js';

export function depthSection(data) {
  const groups = byInit(data.runs).map(({ init, runs }, i) => {
    const run = runs.find((candidate) => candidate.watch && candidate.watch.records) || runs[0];
    return { init: init || 'measured', style: i, start: startOf(run) };
  }).filter((group) => group.start && group.start.layers.length > 0);
  if (groups.length === 0) return null;
  const best = (data.summary.find((row) => row.is_best) || {}).init;
  const predicts = groups.some((group) => group.start.predicted);
  const perWeight = groups[0].start.gradientKind === 'weight';
  return h('section', { id: 'depth', 'data-nav': 'Depth' }, h('h2', null, 'Signals through the layers, before the first step'),
    h('p', { class: 'lead' }, 'A network starts right when sizes are kept from layer to layer, forward and backward. ',
      predicts ? ['Marks are measured on the first batch; lines are predicted by ', term('mean-field theory'), ' from the description of the network and the variance of its weights alone.'] : ''),
    h('div', { class: 'pair' }, [
      depthFigure(groups, best, 'activation', {
        id: 'depth-activation', title: 'Activations by depth',
        words: [perWeight ? 'The standard deviation' : ['The ', term('root mean square')], ' of each layer\u2019s ', term('activation', 'output'), '. Falling: signals vanish. Rising: they explode.'],
      }),
      depthFigure(groups, best, 'gradient', {
        id: 'depth-gradient', title: 'Gradients by depth',
        words: perWeight ? ['The norm of the loss\u2019s ', term('gradient'), ' for each layer\u2019s weights. Falling towards the first layer: it learns last.']
          : ['The ', term('root mean square'), ' of the ', term('gradient'), ' at each layer\u2019s output, per row. Falling towards the first layer: it learns last.',
            predicts ? ' The prediction starts from the last layer as measured.' : ''],
      }),
    ]));
}

function depthFigure(groups, best, quantity, { id, title, words }) {
  const longest = groups.reduce((most, group) => (group.start.layers.length > most.length ? group.start.layers : most), []);
  const many = longest.length > 40;
  const names = shownNames(longest);
  const crowded = groups.length > mostLines;
  const zeros = groups.filter((group) => group.start[quantity].some((value) => value === 0)).map((group) => group.init);
  const positive = (value) => (typeof value === 'number' && value > 0 ? value : null);
  const alone = groups.length === 1;
  const exact = groups.every((group) => !group.start.predicted || group.start.predicted.exact);
  words = exact ? words : [words, ' For this network theory assumes more than that layers are wide, so that its line is a rough one.'];
  return figure({
    id, title, label: 'One line of marks for each initialization, layer by layer.', height: 330,
    words: zeros.length > 0 ? [words, ` Exactly zero, and so not on this axis: ${zeros.length > 6 ? `${zeros.length} initializations` : zeros.join(', ')}.`] : words,
    option: (colours) => {
      const values = groups.flatMap((group) => [...group.start[quantity], ...(group.start.predicted ? group.start.predicted[quantity] : [])]);
      const log = wantsLog(values) || (range(values.filter((value) => value > 0)) !== null && groups.length > 1);
      const shown = log ? positive : (value) => value;
      return {
        grid: { left: 58, right: 18, top: 16, bottom: many ? 44 : longest.length > 8 ? 58 : 28 },
        empty: range(values) === null ? 'Nothing finite was measured' : undefined,
        legend: crowded ? undefined : {
          itemWidth: groups.some((group) => group.start.predicted) ? 11 : 26,
          data: groups.flatMap((group) => (alone && group.start.predicted
            ? [{ name: 'measured', icon: colours.symbol(group.style) }, { name: 'predicted', icon: 'path://M0 3h5v2h-5zM7 3h5v2h-5z' }]
            : [{ name: group.init, icon: group.start.predicted ? colours.symbol(group.style) : undefined }])),
        },
        tooltip: crowded ? { trigger: 'item', valueFormatter: significant } : { trigger: 'axis', valueFormatter: (value) => significant(value) },
        xAxis: { type: 'category', data: longest, boundaryGap: longest.length < 12, name: many ? 'layer' : '', nameGap: 28, axisLabel: { rotate: !many && longest.length > 8 ? 35 : 0, formatter: (name, l) => names[l] } },
        yAxis: { type: log ? 'log' : 'value', axisLabel: { formatter: powerLabel } },
        series: groups.flatMap((group) => {
          const chosen = group.init === best;
          const colour = crowded ? (chosen ? colours.accent : colours.faint) : colours.series(group.style);
          const predicted = crowded && !chosen ? null : group.start.predicted;
          return [
            ...(predicted ? [{
              name: alone ? 'predicted' : group.init, type: 'line', data: predicted[quantity].map(shown), symbol: 'none', connectNulls: false,
              lineStyle: { width: 1.5, type: [5, 4], color: colour }, itemStyle: { color: colour }, tooltip: { show: alone }, silent: true,
            }] : []),
            {
              name: alone && predicted ? 'measured' : group.init, type: predicted ? 'scatter' : 'line', data: group.start[quantity].map(shown), symbol: crowded ? 'circle' : colours.symbol(group.style),
              symbolSize: many || crowded ? 4 : 9, lineStyle: { width: 1.5, color: colour, type: crowded ? 'solid' : colours.dash(group.style), opacity: crowded && !chosen ? 0.6 : 1 },
              itemStyle: { color: colour, opacity: crowded && !chosen ? 0.6 : 1 }, z: crowded && chosen ? 4 : 3, emphasis: { focus: 'series' },
            },
          ];
        }),
      };
    },
    table: () => ({
      head: ['Layer', ...groups.flatMap((group) => [`${group.init}, measured`, ...(group.start.predicted ? [`${group.init}, predicted`] : [])])],
      rows: longest.map((layer, l) => [layer, ...groups.flatMap((group) => [
        significant(group.start[quantity][l]), ...(group.start.predicted ? [significant(group.start.predicted[quantity][l])] : [])])]),
    }),
  });
}
