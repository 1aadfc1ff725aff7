// The weights of a first layer that sees images, unit by unit as pictures, before and after training.
import { h, table } from '../dom.js';
import { bytesOf } from '../data.js';
import { significant } from '../format.js';
import { isDark, onThemeChange } from '../theme.js';

export function filtersSection(data, selection) {
  if (selection.runs.length === 0 || !selection.runs.every((run) => run.watch.filters && run.watch.filters.end.bytes.length > 0)) return null;
  const rows = h('div', { class: 'filters' });
  const numbers = h('div');
  const chosen = h('p', { class: 'chosen' });
  const draw = () => {
    const { filters } = selection.run.watch;
    chosen.textContent = selection.name;
    rows.replaceChildren(...[['start', 'Before training'], ['end', 'After training']].map(([when, text]) => h('div', null,
      h('h4', null, text), h('div', { class: 'tiles' }, pictures(filters, when)))));
    numbers.replaceChildren(table('Weights of the first layer', ['', 'Largest magnitude'],
      [['Before training', significant(filters.start.largest)], ['After training', significant(filters.end.largest)]]));
  };
  draw();
  onThemeChange(draw);
  selection.onChange(draw);
  const { filters } = selection.run.watch;
  return h('section', { id: 'first-layer', 'data-nav': 'First layer' }, h('h2', null, 'What the first layer looks at'),
    h('figure', { id: 'filters', 'data-picture': 'filters' },
      h('figcaption', null, h('h3', null, `Weights of ${filters.parameter}`),
        h('p', null, `Each tile is a unit: how much it counts every pixel, ${filters.height} by ${filters.width}. `,
          filters.channels === 3 ? 'Colours are the weights of red, green and blue; grey is zero. ' : 'Blue: the pixel counts against the unit, orange: for it, the paper\u2019s colour: not at all. ',
          'Noise before training; shapes afterwards when the layer has learned.'), chosen),
      h('div', { class: 'controls' }, selection.control()),
      rows, h('details', { class: 'numbers' }, h('summary', null, 'The numbers as a table'), numbers)));
}

function pictures(filters, when) {
  const bytes = bytesOf(filters[when].bytes);
  const pixels = filters.height * filters.width;
  const tiles = [];
  for (let unit = 0; unit < filters.units; ++unit) {
    const canvas = h('canvas', { width: String(filters.width), height: String(filters.height), role: 'img', 'aria-label': `unit ${unit + 1}` });
    const context = canvas.getContext('2d');
    const image = context.createImageData(filters.width, filters.height);
    for (let p = 0; p < pixels; ++p) {
      const at = unit * filters.channels * pixels + p;
      const colour = filters.channels === 3 ? [0, 1, 2].map((c) => bytes[at + c * pixels]) : diverging((bytes[at] - 127) / 127);
      image.data.set([...colour, 255], 4 * p);
    }
    context.putImageData(image, 0, 0);
    tiles.push(canvas);
  }
  return tiles;
}

// From blue over the paper's colour to orange.
function diverging(value) {
  const middle = isDark() ? [22, 28, 36] : [250, 250, 250];
  const end = value < 0 ? (isDark() ? [90, 170, 255] : [11, 82, 150]) : (isDark() ? [255, 160, 90] : [190, 70, 10]);
  const share = Math.sqrt(Math.abs(value));
  return middle.map((m, i) => Math.round(m + (end[i] - m) * share));
}
