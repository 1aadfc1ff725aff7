// Pages of data that are seldom and must not break them (odd_data.mjs): whatever is in them, the page stands, nothing
// overlaps, nothing runs, and the keyboard reaches everything.
//
//   node odd.test.mjs --fanin PROGRAM [--chromium PROGRAM] [--pictures FOLDER]      exit status 77: no Chromium
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bestAt } from '../src/data.js';
import { contrastsBelow } from './contrast.mjs';
import { overlappingTexts } from './overlap.mjs';
import { deep, grid, hostile, hostileNames, many, nothing, nothingFinite } from './odd_data.mjs';
import { keepPageOf, picture, series, startBrowser, tidy, withPage } from './pages.mjs';
import { comparison } from './sample.mjs';

const pagesOf = { hostile: hostile(), many: many(), deep: deep(), grid: grid(), 'nothing-finite': nothingFinite(), sample: comparison() };
for (const [kind, data] of Object.entries(nothing())) pagesOf[`no-${kind}`] = data;

before(async () => {
  for (const [name, data] of Object.entries(pagesOf)) keepPageOf(name, data);
  await startBrowser();
});

after(tidy);

for (const name of Object.keys(pagesOf)) {
  for (const view of [{ width: 1200, scheme: 'light' }, { width: 390, height: 844, scheme: 'dark' }]) {
    test(`${name} at ${view.width} px stands: no complaint, no overflow, no text over another, sound headings and links`, async () => {
      await withPage(name, view, async (page) => {
        await picture(page, `odd-${name}-${view.width}`);
        assert.deepEqual(page.complaints, []);
        assert.ok(await page.evaluate('document.documentElement.scrollWidth') <= view.width, 'wider than its window');
        assert.equal(await page.evaluate('window.intruder'), undefined);
        assert.deepEqual(await page.evaluate(`(${overlappingTexts})()`), []);
        assert.deepEqual(await page.evaluate(`(${contrastsBelow})(4.5)`), []);
        const levels = await page.evaluate(`[...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1]))`);
        assert.equal(levels.filter((level) => level === 1).length, 1);
        levels.forEach((level, i) => assert.ok(level <= (levels[i - 1] || 0) + 1, `h${level} after h${levels[i - 1]}`));
        const lost = await page.evaluate(`[...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute('href')).filter((to) => !document.getElementById(to.slice(1)))`);
        assert.deepEqual(lost, []);
      });
    });
  }
}

test('hostile names are shown as they are, and in charts with their middle cut out', async () => {
  await withPage('hostile', {}, async (page) => {
    const names = await page.evaluate(`[...document.querySelectorAll('table.summary tr[data-init]')].map((row) => row.dataset.init)`);
    assert.deepEqual(names, hostileNames);
    const code = await page.evaluate(`document.querySelector('.finding .remedy code').textContent`);
    assert.equal(code, 'fanin fix');
    const legend = await page.evaluate(`window.faninCharts.get('accuracy').chart.getZr().storage.getDisplayList().map((shape) => shape.style && shape.style.text).filter(Boolean)`);
    assert.ok(legend.includes(`${'x'.repeat(14)}\u2026${'x'.repeat(13)}`), legend.join(' | '));
  });
});

test('of very many initializations the best stands on top and alone has a colour', async () => {
  await withPage('many', {}, async (page, data) => {
    const order = await page.evaluate(`[...document.querySelectorAll('table.summary tr[data-init]')].map((row) => row.dataset.init)`);
    const expected = [...data.summary].sort((a, b) => Number(b.is_best) - Number(a.is_best) || b.test_accuracy_mean - a.test_accuracy_mean).map((row) => row.init);
    assert.deepEqual(order, expected);
    const colours = await page.evaluate(`window.faninCharts.get('accuracy').chart.getOption().series.map((one) => [one.name, one.lineStyle.color])`);
    assert.equal(colours.length, 60);
    const [best, colour] = colours[7];
    assert.equal(best, order[0]);
    assert.ok(colours.every(([name, other]) => name === best || other !== colour));
  });
});

test('layers of a deep network are told apart by what their names do not share', async () => {
  await withPage('deep', {}, async (page) => {
    const texts = await page.evaluate(`window.faninCharts.get('map-gradient').chart.getZr().storage.getDisplayList().map((shape) => shape.style && shape.style.text).filter(Boolean)`);
    assert.ok(texts.includes('\u20260\u2026') && texts.includes('\u2026999\u2026'), texts.join(' '));
    const [map] = await series(page, 'map-gradient');
    assert.equal(map.data.length, 8000);
  });
});

test('a sweep has a line for each initialization, with the best of what else varies', async () => {
  await withPage('grid', {}, async (page, data) => {
    const expected = ['glorot_normal', 'he_normal'].map((init) => {
      const points = data.sweep.points.filter((point) => point.values[0] === init);
      return [init, [...bestAt({ ...data.sweep, points }, (point) => Number(point.values[1]))].map(([depth, point]) => [depth, point.mean])];
    });
    assert.deepEqual((await series(page, 'sweep-line')).map((line) => [line.name, line.data]), expected);
    await page.evaluate(`(() => { const list = document.querySelectorAll('#sweep-line select')[1]; list.value = ''; list.dispatchEvent(new Event('change')); })()`);
    const alone = await series(page, 'sweep-line');
    assert.deepEqual(alone.map((line) => line.data), [[2, 4, 8, 16].map((depth) => [depth, 0.9 - 0.01 * depth])]);
    assert.ok((await page.evaluate(`document.querySelector('#sweep .lead').textContent`)).includes('88.00 % at init glorot_normal, depth 2, learning_rate 1e-4'));
  });
});

test('the keyboard reaches the controls of every section, and shows where it is', async () => {
  await withPage('sample', {}, async (page) => {
    const seen = new Set();
    for (let i = 0; i < 120; ++i) {
      for (const type of ['keyDown', 'keyUp']) await page.send('Input.dispatchKeyEvent', { type, key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 });
      const { what, shown } = await page.evaluate(`(() => {
        const at = document.activeElement;
        const place = at.closest('section') ? at.closest('section').id : at.closest('nav') ? 'nav' : '';
        const styles = [getComputedStyle(at), ...(at.nextElementSibling ? [getComputedStyle(at.nextElementSibling)] : []), getComputedStyle(at, '::after')];
        return { what: place + ' ' + at.tagName, shown: styles.some((style) => style.outlineStyle === 'solid' || (style.content || 'none') !== 'none' && style.content !== 'normal') || at.className === 'skip' || at.id === 'main' || at === document.body };
      })()`);
      assert.ok(shown, `nothing shows that ${what} has the focus`);
      seen.add(what);
    }
    for (const what of ['nav A', 'curves INPUT', 'curves SUMMARY', 'layers SELECT', 'spread INPUT', 'findings A', 'settings BUTTON', 'summary ABBR']) assert.ok(seen.has(what), what);
  });
});

test('who asks for less motion gets none', async () => {
  await withPage('sample', {}, async (page) => {
    const behaviour = () => page.evaluate('getComputedStyle(document.documentElement).scrollBehavior');
    assert.equal(await behaviour(), 'smooth');
    await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] });
    assert.equal(await behaviour(), 'auto');
    assert.deepEqual(await page.evaluate(`[...window.faninCharts.values()].map((entry) => entry.chart.getOption().animation).filter(Boolean)`), []);
  });
});
