// A figure: title, what it shows in words, the chart, and the same numbers as a table.
import { init } from './echarts.js';
import { h, table } from './dom.js';
import { longestName, shortName } from './format.js';
import { onThemeChange, theme } from './theme.js';

const charts = new Map();  // id -> {chart, redraw}
window.faninCharts = charts;

/**
 * @param options.id       of the figure, which findings link to
 * @param options.title    a short name
 * @param options.words    what it shows and how to read it: texts and elements
 * @param options.label    the same for who does not see the chart; a sentence
 * @param options.height   of the chart, px; or a function
 * @param options.option   (theme, width) => option of ECharts, width in px; its `empty` is what stands in a chart that
 *                         has nothing to show
 * @param options.controls elements above the chart
 * @param options.chosen   () => what they choose, for paper and pictures, which have no controls; or null
 * @param options.table    () => {head, rows, text}
 */
export function figure(options) {
  const plot = h('div', { class: 'plot', role: 'img', 'aria-label': `${options.title}. ${options.label}` });
  const details = h('details', { class: 'numbers' }, h('summary', null, 'The numbers as a table'));
  const fill = () => {
    const { head, rows, text } = options.table();
    details.querySelectorAll('.scroll').forEach((old) => old.remove());
    details.append(table(options.title, head, rows, { text }));
  };
  details.addEventListener('toggle', () => { if (details.open) fill(); });
  const chosen = h('p', { class: 'chosen' });
  const controls = [options.controls].flat().filter(Boolean);
  const element = h('figure', { id: options.id, 'data-picture': options.id },
    h('figcaption', null, h('h3', null, options.title), h('p', null, options.words), options.chosen ? chosen : null),
    controls.length > 0 ? h('div', { class: 'controls' }, controls) : null,
    plot, details);
  const size = () => {
    const height = typeof options.height === 'function' ? options.height() : options.height || 320;
    plot.style.height = `${Math.max(height, Number(plot.dataset.least || 0))}px`;
  };
  size();

  let chart = null;
  const redraw = () => {
    if (!chart) return;
    if (options.chosen) chosen.textContent = options.chosen() || '';
    size();
    chart.resize();
    chart.setOption(shared(theme(), options.option(theme(), chart.getWidth()), chart.getWidth()), { notMerge: true });
    if (details.open) fill();
  };
  const entry = {
    element,
    redraw,
    mount() {
      if (chart) return;
      chart = init(plot, null, { renderer: 'canvas', devicePixelRatio: Math.max(2, window.devicePixelRatio || 1) });
      entry.chart = chart;
      redraw();
      new ResizeObserver(() => { if (plot.clientWidth !== chart.getWidth()) redraw(); }).observe(plot);
    },
  };
  charts.set(options.id, entry);
  return element;
}

/** Lets a figure's chart take what the window has left below its caption. */
export function fillWindow(element) {
  const plot = element.querySelector('.plot');
  if (plot) plot.dataset.least = String(window.innerHeight - element.querySelector('figcaption').offsetHeight - 60);
}

/**
 * After the figures are in the document: draws what the window shows, then one chart after the other, so that a page of
 * large charts can be used at once. window.faninReady is settled when all are drawn; paper waits for them.
 */
export function mountFigures() {
  const near = [...charts.values()].filter((entry) => entry.element.getBoundingClientRect().top < 1.5 * window.innerHeight);
  const waiting = [...charts.values()].filter((entry) => !near.includes(entry));
  near.forEach((entry) => entry.mount());
  onThemeChange(redrawFigures);
  window.addEventListener('beforeprint', () => waiting.splice(0).forEach((entry) => entry.mount()));
  window.faninReady = new Promise((done) => {
    const next = () => {
      const entry = waiting.shift();
      if (!entry) return done();
      entry.mount();
      return setTimeout(next);
    };
    setTimeout(next);
  });
}

/** Draws it now; nothing for a figure that is no chart. */
export function mountFigure(id) {
  if (charts.has(id)) charts.get(id).mount();
}

export function redrawFigures() {
  for (const entry of charts.values()) entry.redraw();
}

// The height of a legend whose entries are these, in rows below each other; beyond five rows it scrolls.
const legendRow = 21;
function legendOf(given, width, colours) {
  const textWidth = (text) => 6.8 * Math.min(String(text).length, longestName) + (given.itemWidth || 26) + 20;
  let rows = 1;
  let used = 0;
  for (const entry of given.data) {
    const wide = textWidth(entry.name === undefined ? entry : entry.name);
    if (used > 0 && used + wide > width) {
      ++rows;
      used = 0;
    }
    used += wide;
  }
  const scrolls = rows > 5;
  return {
    height: legendRow * (scrolls ? 1 : rows),
    option: {
      type: scrolls ? 'scroll' : 'plain', top: 0, left: 0, itemWidth: 26, itemHeight: 9, itemGap: 14, pageIconSize: 11,
      pageIconColor: colours.ink, pageTextStyle: { color: colours.faint }, inactiveColor: colours.rule,
      textStyle: { color: colours.ink, fontSize: 12 }, formatter: (name) => shortName(name), ...given,
    },
  };
}

// What all charts have in common.
function shared(colours, option, width) {
  const text = { color: colours.ink, fontFamily: 'system-ui, sans-serif', fontSize: 12 };
  const axis = (given) => ({
    nameTextStyle: { color: colours.faint, fontSize: 12 },
    nameLocation: 'middle',
    ...given,
    axisLabel: { color: colours.faint, fontSize: 11, hideOverlap: true, ...(given.axisLabel || {}) },
    axisLine: { lineStyle: { color: colours.rule }, ...(given.axisLine || {}) },
    axisTick: { lineStyle: { color: colours.rule }, ...(given.axisTick || {}) },
    splitLine: { lineStyle: { color: colours.rule, opacity: 0.6 }, ...(given.splitLine || {}) },
    minorTick: { show: false },
  });
  const axes = (given) => (Array.isArray(given) ? given.map(axis) : given && axis(given));
  const legend = option.legend && legendOf(option.legend, width, colours);
  const { empty, ...rest } = option;
  const nothing = { text: empty, left: 'center', top: '38%', textStyle: { color: colours.faint, fontSize: 13, fontWeight: 'normal' } };
  return {
    animation: false,
    textStyle: text,
    aria: { enabled: false },
    ...rest,
    title: empty ? nothing : undefined,
    xAxis: axes(option.xAxis),
    yAxis: axes(option.yAxis),
    grid: legend ? { ...option.grid, top: legend.height + 24 } : option.grid,
    legend: legend && legend.option,
    // Rich text is drawn on the canvas: the page's security policy allows no style attributes.
    tooltip: option.tooltip && {
      renderMode: 'richText', confine: true, backgroundColor: colours.paper, borderColor: colours.rule,
      textStyle: { color: colours.ink, fontSize: 12 }, axisPointer: { lineStyle: { color: colours.faint } }, ...option.tooltip,
    },
  };
}
