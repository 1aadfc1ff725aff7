// What the tests of the page have in common: a folder of pages that the program made, and a Chromium that shows them.
//
//   node SOME.test.mjs --fanin PROGRAM [--chromium PROGRAM] [--pictures FOLDER]      exit status 77: no Chromium
import { execFileSync } from 'node:child_process';
import { accessSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './browser.mjs';

export function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : process.argv[at + 1];
}

function inPath(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH || '').split(delimiter)) {
      try {
        accessSync(join(folder, name), 1);
        return join(folder, name);
      } catch { /* the next one */ }
    }
  }
  return null;
}

export const fanin = option('--fanin');
const chromium = option('--chromium') || inPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']);
if (!chromium) {
  console.log('SKIPPED: no Chromium or Chrome on the PATH (Debian: apt-get install chromium)');
  process.exit(77);
}

export const work = mkdtempSync(join(tmpdir(), 'fanin-pages-'));
export const pages = new Map();  // name -> {url, html, data}
let browser;

export async function startBrowser() {
  browser = await Browser.start(chromium);
}

export async function tidy() {
  if (browser) await browser.close();
  rmSync(work, { recursive: true, force: true });
}

/** The data in a page, read without a browser. */
export function dataIn(file) {
  const html = readFileSync(file, 'utf8');
  const begin = html.indexOf('id="fanin-data">') + 'id="fanin-data">'.length;
  return { html, data: JSON.parse(html.slice(begin, html.indexOf('</script>', begin))) };
}

export function keep(name) {
  const file = join(work, name, 'report.html');
  pages.set(name, { url: pathToFileURL(file).href, ...dataIn(file) });
}

export function command(...words) {
  try {
    execFileSync(fanin, words, { cwd: work, stdio: 'pipe' });
  } catch (error) {
    if (error.status !== 1) throw new Error(`fanin ${words.join(' ')}: ${error.stderr}`);  // 1: problems found
  }
}

/** A page of data that no command has made. */
export function keepPageOf(name, data) {
  mkdirSync(join(work, name));
  writeFileSync(join(work, name, 'report.json'), JSON.stringify(data));
  command('report', name);
  keep(name);
}

export async function withPage(name, view, use) {
  const page = await browser.open(pages.get(name).url + (view.hash || ''), view);
  try {
    await use(page, pages.get(name).data);
  } finally {
    await page.close();
  }
}

/** Series of a chart: [{name, type, data}], bare values. */
export const series = (page, id) => page.evaluate(`window.faninCharts.get(${JSON.stringify(id)}).chart.getOption().series
  .map((one) => ({ name: one.name, type: one.type, data: one.data.map((value) => (value && value.value !== undefined ? value.value : value)) }))`);

/** Keeps the pictures where --pictures asks for them. */
export async function picture(page, name) {
  const folder = option('--pictures');
  if (folder) writeFileSync(join(folder, `${name}.png`), await page.screenshot());
}
