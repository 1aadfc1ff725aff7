// The top of the page: what was run and what came of it, in a sentence or two.
import { h } from '../dom.js';
import { last } from '../data.js';
import { counted, listed, loss, lossWithError, percent, percentWithError } from '../format.js';

const kinds = {
  compare: 'Comparison of initializations', train: 'Training', check: 'Check of the first steps', sweep: 'Sweep',
};

export function header(data) {
  return h('header', null,
    h('p', { class: 'kind' }, h('span', { class: 'brand' }, 'fanin'), ' ', kinds[data.kind] || data.kind),
    h('h1', null, data.title),
    outcome(data).map((sentence) => h('p', { class: 'outcome' }, sentence)),
    h('dl', { class: 'facts' }, data.facts.map(({ name, value }) => h('div', null, h('dt', null, name), h('dd', null, value)))));
}

/** Sentences. */
export function outcome(data) {
  if (data.kind === 'compare') return compared(data);
  if (data.kind === 'sweep') return data.outcome ? [data.outcome] : [];
  const run = data.runs[0];
  if (!run) return ['There is no run yet.'];
  const said = data.kind === 'train' ? [trained(data, run)] : [];
  return run.watch ? [...said, judged(run.watch)] : said;
}

function judged(watch) {
  return [badge(watch.verdict), ' ', watch.reason];
}

export function badge(verdict) {
  const marks = { healthy: '\u2713', unhealthy: '\u2715', uncertain: '?', diverged: '\u2715' };
  return h('span', { class: `badge ${verdict}` }, h('span', { 'aria-hidden': 'true' }, marks[verdict] || ''), ` ${verdict}`);
}

function trained(data, run) {
  const accuracy = last(run.epochs.test_accuracy);
  const testLoss = last(run.epochs.test_loss);
  const epochs = counted(run.epochs.epoch.length, 'epoch');
  const how = { finished: 'It finished', stopped_early: 'It stopped early', diverged: 'It diverged', interrupted: 'It was interrupted' }[run.status];
  const where = run.status === 'diverged' ? ` at step ${run.diverged_at_step}` : '';
  if (accuracy !== null) return `${how}${where} after ${epochs} with ${percent(accuracy)} of the test rows right.`;
  return testLoss !== null ? `${how}${where} after ${epochs} with a test loss of ${loss(testLoss)}.` : `${how}${where} after ${epochs}.`;
}

const names = (rows) => (rows.length <= 6 ? listed(rows.map((row) => row.init)) : `${rows.length} others`);

function compared(data) {
  const best = data.summary.find((row) => row.is_best);
  if (!best) return ['No initialization can be called best: none finished its runs.'];
  const diverged = data.summary.filter((row) => row.seeds === 0 && row.diverged > 0);
  const ended = data.interrupted ? ['The comparison was interrupted; this is what there was.'] : [];
  const lost = diverged.length > 0 ? [`${names(diverged)} diverged in every run.`] : [];
  if (data.best_at_chance) {
    return [`No initialization is established above chance: the best, ${best.init}, reaches ${percent(best.test_accuracy_mean)} where always answering the most frequent class gives ${percent(data.chance_accuracy)}.`,
      ...lost, ...ended];
  }
  const score = data.regression ? `a test loss of ${lossWithError(best.test_loss_mean, best.test_loss_ci95)}`
    : `${percentWithError(best.test_accuracy_mean, best.test_accuracy_ci95)} of the test rows right`;
  const worse = data.summary.filter((row) => !row.is_best && row.difference_established && row.difference_mean !== null);
  const open = data.summary.filter((row) => !row.is_best && !row.difference_established && row.seeds > 0);
  const said = [`Best by ${data.chosen_by}: ${best.init}, with ${score}.`];
  const second = [...lost];
  if (worse.length > 0) second.push(`It is established that ${names(worse)} ${worse.length === 1 ? 'does' : 'do'} worse.`);
  if (open.length > 0) second.push(`Between it and ${names(open)} no difference is established.`);
  second.push(...ended);
  return second.length > 0 ? [...said, second.join(' ')] : said;
}
