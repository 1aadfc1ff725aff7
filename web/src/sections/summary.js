// The table of initializations with a verdict for each.
import { remarkOf } from '../data.js';
import { h } from '../dom.js';
import { grouped, loss, lossWithError, percentWithError, significant } from '../format.js';
import { term } from '../terms.js';
import { badge } from './head.js';

const mostUnsorted = 8;  // rows in the order that they were asked for

export function summarySection(data) {
  if (data.summary.length === 0) return null;
  const score = data.regression ? 'Test loss' : 'Test accuracy';
  const reach = data.regression ? null : `Epochs to ${grouped(Math.round(100 * data.reach_accuracy))} %`;
  const head = ['Initialization', score, 'Final training loss', reach, 'Gradient, first layer', 'Gradient, last layer'];
  const cells = (row) => [
    data.regression ? lossWithError(row.test_loss_mean, row.test_loss_ci95) : percentWithError(row.test_accuracy_mean, row.test_accuracy_ci95),
    loss(row.train_loss_mean),
    reach && (row.seeds === 0 ? '\u2013' : row.runs_that_reach === 0 ? 'never' : String(Number(row.epochs_to_reach.toPrecision(2)))),
    significant(row.first_gradient_norm), significant(row.last_gradient_norm),
  ];
  const best = (row) => (row.seeds === 0 ? -Infinity : row.is_best ? Infinity : data.regression ? -row.test_loss_mean : row.test_accuracy_mean);
  const ranked = data.summary.length > mostUnsorted;
  const rows = ranked ? [...data.summary].sort((a, b) => best(b) - best(a) || 0) : data.summary;
  const columns = head.map((name, i) => [name, i]).filter(([name]) => name);
  return h('section', { id: 'summary' }, h('h2', null, 'Summary'),
    h('div', { class: 'scroll' }, h('table', { class: 'summary cards' },
      h('caption', { class: 'hidden' }, 'Every initialization with its verdict and figures'),
      h('thead', null, h('tr', null, columns.map(([name]) => h('th', { scope: 'col' }, name)))),
      rows.map((row) => {
        const values = cells(row);
        const share = data.regression ? null : row.test_accuracy_mean;
        return h('tbody', { class: row.is_best ? 'best' : null },
          h('tr', { 'data-init': row.init },
            h('th', { scope: 'row' }, row.init, row.is_best ? h('span', { class: 'mark' }, 'best') : null),
            columns.slice(1).map(([name, i]) => h('td', { 'data-label': name }, h('span', null, values[i - 1]),
              i === 1 && share !== null ? h('meter', { min: '0', max: '1', value: String(share), 'aria-hidden': 'true' }) : null))),
          h('tr', { class: 'remark' }, h('td', { colspan: String(columns.length) },
            verdictOf(row) ? [badge(verdictOf(row)), ' '] : null, remarkOf(row))));
      }))),
    h('p', { class: 'note' }, `${ranked ? 'The best on top. ' : ''}Means over the ${data.summary.some((row) => row.seeds > 1) ? 'seeds; \u00b1 is half the ' : 'seeds; a second seed would give a '}`,
      term('95 % interval'), '. Gradient: the norm of the loss\u2019s ', term('gradient'), ' for the weights of the first and of the last layer, before the first step. ',
      term('verdict', 'Verdicts'), ' come from watching the runs.'));
}

function verdictOf(row) {
  if (row.diverged > 0 && row.seeds === 0) return 'diverged';
  return row.verdict;
}
