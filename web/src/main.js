// Builds the page from the data in it.
import { h } from './dom.js';
import { read } from './data.js';
import { mountFigures } from './figure.js';
import { pictureMode } from './picture.js';
import { Selection } from './selection.js';
import { header } from './sections/head.js';
import { summarySection } from './sections/summary.js';
import { curvesSection } from './sections/curves.js';
import { differencesSection } from './sections/differences.js';
import { depthSection } from './sections/depth.js';
import { stepsSection } from './sections/steps.js';
import { heatmapsSection } from './sections/heatmaps.js';
import { ridgesSection } from './sections/ridges.js';
import { filtersSection } from './sections/filters.js';
import { findingsSection } from './sections/findings.js';
import { causesSection } from './sections/causes.js';
import { sweepSection } from './sections/sweep.js';
import { settingsSection } from './sections/settings.js';

function build(data) {
  const selection = new Selection(data);
  const charts = [
    sweepSection(data), curvesSection(data), differencesSection(data), causesSection(data), depthSection(data), stepsSection(data, selection),
    heatmapsSection(data, selection), ridgesSection(data, selection), filtersSection(data, selection),
  ];
  const found = new Set(charts.filter(Boolean).flatMap((section) => [...section.querySelectorAll('figure')].map((figure) => figure.id)));
  const findings = findingsSection(data, selection, (id) => found.has(id));
  const checked = data.kind === 'check';
  const sections = [summarySection(data), checked ? findings : null, ...charts, checked ? null : findings, settingsSection(data)].filter(Boolean);
  const names = sections.map((section) => [section.id, section.dataset.nav || section.querySelector('h2').textContent]);
  return [
    header(data),
    h('nav', { 'aria-label': 'Sections' }, h('ul', null, names.map(([id, name]) => h('li', null, h('a', { href: `#${id}` }, name))))),
    h('main', { id: 'main', tabindex: '-1' }, sections),
  ];
}

function start() {
  const page = document.getElementById('page');
  try {
    const data = read(document.getElementById('fanin-data').textContent);
    page.replaceChildren(...build(data));
    mountFigures();
    pictureMode();
    window.faninData = data;
  } catch (error) {
    page.replaceChildren(h('p', { class: 'plain', role: 'alert' }, `This page cannot be shown: ${error.message}`));
    throw error;
  }
}

start();
