// The loss and the gradient step by step, of runs that were watched.
import { h } from '../dom.js';
import { wantsLog } from '../data.js';
import { figure } from '../figure.js';
import { powerLabel, significant } from '../format.js';
import { term } from '../terms.js';

export function stepsSection(data, selection) {
  if (!selection.runs.some((run) => run.watch.steps.step.length > 1)) return null;
  const choice = selection.control();
  const part = (quantity, options) => figure({
    ...options, height: 300, chosen: () => selection.name,
    label: 'A line over the steps.',
    option: (colours) => {
      const { watch } = selection.run;
      const values = watch.steps[quantity];
      const log = wantsLog(values);
      const chance = quantity === 'loss' ? watch.chance_loss : null;
      return {
        grid: { left: 56, right: 18, top: 18, bottom: 44 },
        tooltip: { trigger: 'axis', valueFormatter: (value) => significant(value, 4) },
        xAxis: { type: 'value', name: 'step', nameGap: 26, max: 'dataMax', splitLine: { show: false } },
        yAxis: { type: log ? 'log' : 'value', scale: true, axisLabel: { formatter: powerLabel } },
        series: [{
          name: options.title, type: 'line', symbol: 'none', lineStyle: { width: 1.6, color: colours.accent }, itemStyle: { color: colours.accent },
          data: values.map((value, i) => [watch.steps.step[i], log && !(value > 0) ? null : value]),
          markLine: chance ? {
            silent: true, symbol: 'none', data: [{ yAxis: chance }], lineStyle: { color: colours.faint, type: [2, 4] },
            label: { formatter: 'knows nothing', color: colours.faint, backgroundColor: colours.paper, position: 'insideEndTop' },
          } : undefined,
        }],
      };
    },
    table: () => {
      const { steps } = selection.run.watch;
      return { head: ['Step', options.title], rows: steps.step.map((step, i) => [String(step), significant(steps[quantity][i], 5)]) };
    },
  });
  return h('section', { id: 'steps', 'data-nav': 'Steps' }, h('h2', null, 'Step by step'), choice ? h('div', { class: 'controls' }, choice) : null,
    h('div', { class: 'pair' }, [
      part('loss', { id: 'step-loss', title: 'Loss of each batch', words: ['The ', term('loss'), ' of single batches; single values scatter. Dotted: the loss of an answer that knows nothing of the inputs.'] }),
      part('gradient_norm', { id: 'step-gradient', title: 'Size of the gradient', words: ['The norm of the ', term('gradient'), ' of all parameters together, before clipping.'] }),
    ]),
    choice ? h('p', { class: 'note' }, 'Of each initialization the first seed is shown.') : null);
}
