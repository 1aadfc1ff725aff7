// What single changes do: the ranking of causes that --why found.
import { h } from '../dom.js';
import { figure } from '../figure.js';
import { significant } from '../format.js';
import { errorBars } from '../shapes.js';

export function causesSection(data) {
  if (!data.why) return null;
  const trials = data.why.factors.flatMap((factor) => factor.trials.map((trial) => ({ factor: factor.name, ...trial })));
  if (trials.length === 0) return null;
  const shown = trials.filter((trial) => trial.effect !== null);
  return h('section', { id: 'causes-section', 'data-nav': 'Causes' }, h('h2', null, 'Cause, not symptom'), h('p', { class: 'lead' }, data.why.conclusion), figure({
    id: 'causes', title: 'What single changes do',
    words: 'One thing was changed at a time and the first steps repeated on the same batches. Right of zero: it learns more than before. Bars: two standard errors to each side. 1 would be from nothing learned to everything.',
    label: 'The effect of each change with its error.',
    height: () => 90 + 30 * shown.length,
    option: (colours, width) => ({
      grid: { left: 12, right: 26, top: 12, bottom: 46, containLabel: true },
      tooltip: { trigger: 'item', formatter: ({ dataIndex }) => `${shown[dataIndex].change}\n${significant(shown[dataIndex].effect)} \u00b1 ${significant(shown[dataIndex].effect_error)}` },
      xAxis: { type: 'value', name: 'change in progress', nameGap: 30 },
      yAxis: { type: 'category', inverse: true, data: shown.map((trial) => trial.change), axisTick: { show: false }, axisLabel: { width: Math.min(280, 0.4 * width), overflow: 'truncate' } },
      series: [
        errorBars('two standard errors', shown.map((trial, i) => [i, trial.effect - 2 * (trial.effect_error || 0), trial.effect + 2 * (trial.effect_error || 0)]), colours.faint),
        {
          name: 'effect', type: 'scatter', symbolSize: 12, symbol: 'diamond', encode: { x: 1, y: 0 }, z: 3,
          data: shown.map((trial, i) => ({ value: [i, trial.effect], itemStyle: { color: trial.helps ? colours.accent : colours.faint } })),
          markLine: { silent: true, symbol: 'none', data: [{ xAxis: 0 }], label: { show: false }, lineStyle: { color: colours.ink, type: 'solid', width: 1 } },
        },
      ],
    }),
    table: () => ({
      head: ['Change', 'Of', 'Effect', 'Standard error', 'Final loss', 'Helps'],
      rows: trials.map((trial) => [trial.change, trial.factor, significant(trial.effect), significant(trial.effect_error), significant(trial.final_loss, 4), trial.helps ? 'yes' : 'no']),
      text: [1, 5],
    }),
  }));
}
