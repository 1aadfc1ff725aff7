// Elements without a framework: h('p', {class: 'lead'}, 'text', child).
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** A table with a caption for those who cannot see where it stands. Cells are texts, numbers or elements. */
export function table(caption, head, rows, options = {}) {
  const cell = (tag, value, i, extra) => h(tag, { class: options.text && options.text.includes(i) ? 'text' : null, ...extra }, value);
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', { class: options.class },
      h('caption', { class: 'hidden' }, caption),
      h('thead', null, h('tr', null, head.map((name, i) => cell('th', name, i, { scope: 'col' })))),
      h('tbody', null, rows.map((row) => h('tr', null,
        row.map((value, i) => (i === 0 ? cell('th', value, i, { scope: 'row' }) : cell('td', value, i))))))));
}
