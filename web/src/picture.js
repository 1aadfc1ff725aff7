// For `fanin report --png`: #pictures lists the figures and the height that each
// needs, #picture=NAME shows one of them alone.
import { h } from './dom.js';
import { fillWindow, mountFigure, redrawFigures } from './figure.js';

const captionHeight = 190;

export function pictureMode() {
  const hash = window.location.hash.slice(1);
  if (hash === 'pictures') {
    const lines = [...document.querySelectorAll('[data-picture]')].map((figure) => {
      const content = figure.querySelector('.plot, .filters');
      return `${figure.dataset.picture} ${Math.max(680, Math.ceil(content.getBoundingClientRect().height) + captionHeight)}`;
    });
    document.body.replaceChildren(h('pre', { id: 'pictures' }, lines.join('\n')));
  } else if (hash.startsWith('picture=')) {
    const figure = [...document.querySelectorAll('[data-picture]')].find((candidate) => candidate.dataset.picture === hash.slice(8));
    if (!figure) return;
    document.body.classList.add('picture');
    document.body.append(figure);
    fillWindow(figure);
    mountFigure(figure.id);
    redrawFigures();
    // Chromium gives the window the size that was asked for only when it takes the picture.
    window.addEventListener('resize', () => {
      fillWindow(figure);
      redrawFigures();
    });
  }
}
