// What is wrong, why, and what to do; each finding leads to the chart that shows it.
import { h } from '../dom.js';
import { byInit, groupedFindings } from '../data.js';
import { listed, significant } from '../format.js';

// The chart that shows a problem; the first of them that is on the page.
const shownIn = {
  vanishing_gradient: ['depth-gradient', 'map-gradient'], exploding_gradient: ['depth-gradient', 'map-gradient', 'step-gradient'],
  vanishing_activation: ['depth-activation'], exploding_activation: ['depth-activation'],
  saturated_activation: ['map-saturated', 'ridges'], dead_relu: ['map-dead', 'ridges'],
  symmetric_units: ['ridges', 'depth-gradient'], correlation_collapse: ['map-correlation', 'ridges'],
  poor_init_scale: ['depth-activation', 'ridges'], wrong_fan_mode: ['depth-activation'], gain_mismatch: ['depth-activation'],
  bias_init: ['ridges', 'depth-activation'], untrained_layer: ['map-update', 'map-gradient'],
  non_finite: ['step-loss', 'loss'], diverging_loss: ['step-loss', 'loss'], oscillating_loss: ['step-loss', 'loss'], stagnant_loss: ['step-loss', 'loss'],
  update_too_small: ['map-update'], update_too_large: ['map-update'], weight_growth: ['map-update', 'ridges'],
  unscaled_input: ['depth-activation'], label_problem: ['accuracy', 'step-loss'], missing_nonlinearity: ['depth-activation'],
  learning_rate: ['step-loss', 'map-update'],
};

export function findingsSection(data, selection, exists) {
  const watched = data.runs.some((run) => run.watch);
  if (!watched) return null;
  const groups = groupedFindings(data);
  const several = byInit(data.runs).length > 1;
  return h('section', { id: 'findings' }, h('h2', null, 'Findings'),
    groups.length === 0 ? h('p', { class: 'lead' }, 'Nothing was found that keeps a run from training.') : null,
    h('div', { class: 'findings' }, groups.map((group) => card(group, { several, exists, selection }))));
}

function card({ init, finding, seeds }, { several, exists, selection }) {
  const layers = [finding.layer, ...finding.more_layers].filter(Boolean);
  const chart = (shownIn[finding.problem] || []).find(exists);
  const sign = (quantity, error) => (error ? `${significant(quantity)} \u00b1 ${significant(error)}` : significant(quantity));
  const row = (name, value) => (value ? [h('dt', null, name), h('dd', null, value)] : null);
  return h('article', { class: `finding is-${finding.severity}`, 'data-problem': finding.problem },
    h('h3', null, h('span', { class: `severity ${finding.severity}` }, finding.severity), ' ', finding.title || finding.problem),
    h('p', { class: 'where' }, [several ? `${init}${seeds.length > 1 ? `, seeds ${listed(seeds.map(String))}` : seeds[0] !== null ? `, seed ${seeds[0]}` : ''}` : '',
      layers.length > 0 ? short(layers) : 'the whole network', finding.at_start ? 'from the start' : 'in the course of training'].filter(Boolean).join(' \u00b7 ')),
    h('p', { class: 'cause' }, withCode(finding.cause)),
    h('p', { class: 'remedy' }, h('strong', null, 'What to do: '), withCode(finding.remedy)),
    h('dl', null,
      row(finding.quantity || 'Measured', finding.measured === null ? null : `${sign(finding.measured, finding.measured_error)}${finding.expected === null ? '' : `, expected ${sign(finding.expected, finding.expected_error)}`}`),
      row('Expectation from', finding.source), row('Wrong if', finding.falsified_by)),
    h('p', { class: 'see' }, chart ? h('a', { href: `#${chart}`, class: 'jump', onclick: () => selection.chooseInit(init) }, 'See it in the chart') : null,
      h('span', null, 'More: ', h('code', null, `fanin explain ${finding.problem}`))));
}

// `what stands in backquotes` as code.
function withCode(text) {
  return text.split('`').map((part, i, all) => (i % 2 === 1 && i < all.length - 1 ? h('code', null, part) : i % 2 === 1 ? `\`${part}` : part));
}

function short(layers) {
  return layers.length <= 4 ? listed(layers) : `${layers.slice(0, 3).join(', ')} and ${layers.length - 3} more layers`;
}
