// Controls above charts: one of a few (radio buttons), one of many (a list), a position in time (a slider).
import { h } from './dom.js';
import { shortName } from './format.js';

let names = 0;

/** @param options [{value, text}] @param chosen its value @param changed (value) => void */
export function oneOfFew(label, options, chosen, changed) {
  const name = `choice-${++names}`;
  return h('fieldset', { class: 'few' }, h('legend', null, label), options.map(({ value, text }) => h('label', null,
    h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => changed(value) }),
    h('span', null, text))));
}

export function oneOfMany(label, options, chosen, changed) {
  const list = h('select', { onchange: (event) => changed(event.target.value) },
    options.map(({ value, text }) => h('option', { value, selected: value === chosen }, shortName(text, 60))));
  return h('label', { class: 'many' }, h('span', null, label), list);
}

/** @param text (position) => what stands beside it and is read aloud */
export function slider(label, count, position, text, changed) {
  const said = h('output', null, text(position));
  const input = h('input', {
    type: 'range', min: '0', max: String(count - 1), step: '1', value: String(position), 'aria-valuetext': text(position),
    oninput: (event) => {
      const at = Number(event.target.value);
      said.textContent = text(at);
      event.target.setAttribute('aria-valuetext', text(at));
      changed(at);
    },
  });
  return h('label', { class: 'time' }, h('span', null, label), input, said);
}

export function runName(run) {
  const name = run.init || 'the run';
  return run.seed === null || run.seed === undefined ? name : `${name}, seed ${run.seed}`;
}
