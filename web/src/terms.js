// Words that not everybody knows, with what they mean. term('gain') is the word with its meaning at hand.
import { h } from './dom.js';

const meanings = {
  seed: 'The number that all random choices of a run follow from: weights and the order of the rows. The same seed gives the same run.',
  initialization: 'How the weights are drawn before training begins.',
  epoch: 'One pass over all training rows.',
  loss: 'What training makes small: how wrong the answers are.',
  gradient: 'How the loss changes with a value; training moves each weight against it.',
  'paired by seed': 'For one seed every initialization sees the same rows in the same order, so the two runs of a pair differ in the initialization alone.',
  '95 % interval': 'Computed over the seeds with Student\u2019s t: made so that 95 of 100 such intervals hold the true mean.',
  established: 'The 95 % interval of the paired difference does not hold zero.',
  activation: 'The output of a layer, after its nonlinear function.',
  'root mean square': 'The square root of the mean of the squares: a typical size.',
  'dead units': 'Units whose output is 0 on every row of the batch. No gradient reaches their weights.',
  saturation: 'The share of values at which the activation function is flat (slope below 2.5 % of its largest), so that hardly any gradient passes.',
  'update ratio': 'How far one step moves the weights of a layer, relative to their size. Around 0.001 is usual; far below a layer stands still, far above it is thrown about.',
  'mean-field theory': 'The sizes that signals have in wide layers, computed from the network\u2019s description and the variance of its weights, without running it.',
  verdict: 'Healthy: nothing found that keeps it from training. Unhealthy: a problem with a cause. Uncertain: what was seen does not decide.',
};

export function term(name, shown = name) {
  return h('abbr', { tabindex: '0', 'data-tip': meanings[name], title: meanings[name] }, shown);
}
