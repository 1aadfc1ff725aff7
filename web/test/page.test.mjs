// The page in a headless Chromium: it renders without complaint and without asking the network for anything, its
// numbers are those of its data, in light and dark, on a desk and on a phone.
//
//   node page.test.mjs --fanin PROGRAM [--chromium PROGRAM] [--pictures FOLDER]      exit status 77: no Chromium
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { band, cells, pairedDifferences } from '../src/data.js';
import * as format from '../src/format.js';
import { contrastsBelow } from './contrast.mjs';
import { command, dataIn, fanin, keep, keepPageOf, pages, picture, series, startBrowser, tidy, withPage, work } from './pages.mjs';
import { comparison, sweep } from './sample.mjs';

before(async () => {
  const common = ['--data', 'spirals', '--activation', 'tanh', '--no-progress'];
  command('compare', ...common, '--net', '2-16-16-2', '--inits', 'zeros,normal(std=0.01),glorot_uniform', '--epochs', '4', '--seeds', '2', '--out', 'compare');
  command('compare', ...common, '--net', '2-8-2', '--inits', 'he_normal', '--optimizer', 'sgd', '--lr', '1e30', '--epochs', '2', '--seeds', '1', '--out', 'diverged');
  command('train', '2-16-16-2', ...common, '--validation', '0.2', '--epochs', '4', '--out', 'train');
  command('check', 'mlp(30, 16)', '--data', 'spirals', '--activation', 'sigmoid', '--no-progress', '--why', '--out', 'check');
  for (const name of ['compare', 'diverged', 'train', 'check']) keep(name);
  keepPageOf('sample', comparison());
  keepPageOf('sweep', sweep());
  await startBrowser();
});

after(tidy);

test('a page without its data is smaller than 2 MB', () => {
  const { html, data } = pages.get('compare');
  assert.ok(html.length - JSON.stringify(data).length < 2_000_000);
});

for (const name of ['compare', 'diverged', 'train', 'check', 'sample', 'sweep']) {
  for (const view of [{ width: 1200, scheme: 'light' }, { width: 1200, scheme: 'dark' }, { width: 390, height: 800, scheme: 'light' }, { width: 390, height: 800, scheme: 'dark' }]) {
    test(`${name} renders ${view.scheme} at ${view.width} px: nothing to complain of, nothing fetched, nothing cut off`, async () => {
      await withPage(name, view, async (page) => {
        await picture(page, `${name}-${view.width}-${view.scheme}`);
        assert.deepEqual(page.complaints, []);
        assert.deepEqual(page.requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
        assert.equal(page.requests.filter((url) => url.startsWith('file:')).length, 1);
        assert.ok(await page.evaluate('document.documentElement.scrollWidth') <= view.width);
        const figures = await page.evaluate(`[...document.querySelectorAll('figure')].map((figure) => ({ id: figure.id, title: figure.querySelector('h3').textContent,
          canvas: [...figure.querySelectorAll('canvas')].map((canvas) => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size) }))`);
        assert.ok(figures.length > 0);
        for (const { id, title, canvas } of figures) {
          assert.ok(title.length > 0);
          assert.ok(canvas.length > 0 && canvas.some((colours) => colours > 2), `${id} is blank`);
        }
        assert.deepEqual(await page.evaluate(`(${contrastsBelow})(4.5)`), []);
      });
    });
  }
}

test('the summary table shows the numbers of the data', async () => {
  for (const name of ['compare', 'sample']) {
    await withPage(name, {}, async (page, data) => {
      const rows = await page.evaluate(`[...document.querySelectorAll('table.summary tr[data-init]')].map((row) => [row.dataset.init, ...[...row.querySelectorAll('td > span')].map((cell) => cell.textContent)])`);
      assert.deepEqual(rows, data.summary.map((row) => [row.init, format.percentWithError(row.test_accuracy_mean, row.test_accuracy_ci95), format.loss(row.train_loss_mean),
        row.runs_that_reach === 0 ? 'never' : String(Number(row.epochs_to_reach.toPrecision(2))), format.significant(row.first_gradient_norm), format.significant(row.last_gradient_norm)]));
      const text = await page.evaluate('document.querySelector("header").textContent');
      assert.ok(text.includes(data.summary.find((row) => row.is_best).init));
    });
  }
});

test('curves show the means over the seeds, and the other rows when they are chosen', async () => {
  await withPage('compare', {}, async (page, data) => {
    const expected = (quantity) => data.summary.map(({ init }) => [init, band(data.runs.filter((run) => run.init === init), quantity).map((point) => [point.epoch, point.mean])]);
    const shown = async (id) => (await series(page, id)).filter((one) => one.type === 'line').map((one) => [one.name, one.data]);
    assert.deepEqual(await shown('accuracy'), expected('test_accuracy'));
    assert.deepEqual(await shown('loss'), expected('test_loss'));
    await page.evaluate(`[...document.querySelectorAll('#accuracy input[type=radio]')].find((input) => input.value === 'train').click()`);
    assert.deepEqual(await shown('accuracy'), expected('train_accuracy'));
    const table = await page.evaluate(`(() => { const details = document.querySelector('#accuracy details'); details.open = true; return new Promise((done) => setTimeout(() =>
      done([...details.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))), 100)); })()`);
    assert.deepEqual(table.map((row) => row.slice(1)), [1, 2, 3, 4].map((epoch) => expected('train_accuracy').map(([, points]) => format.percent(points.find((point) => point[0] === epoch)[1]))));
  });
});

test('differences show every pair of seeds, the mean and the interval', async () => {
  await withPage('compare', {}, async (page, data) => {
    const [bars, seeds, means] = await series(page, 'differences');
    const rows = data.summary.filter((row) => !row.is_best && row.difference_mean !== null);
    const pairs = pairedDifferences(data);
    assert.deepEqual(means.data, rows.map((row, i) => [i, 100 * row.difference_mean]));
    assert.deepEqual(seeds.data, rows.flatMap((row, i) => pairs.get(row.init).map(({ value }) => [i, 100 * value])));
    assert.deepEqual(bars.data.map((bar) => bar.slice(1, 3)), rows.map((row) => [100 * row.difference_mean - 100 * row.difference_ci95, 100 * row.difference_mean + 100 * row.difference_ci95]));
    for (const row of rows) {  // the page's own pairs have the mean that the statistics found
      const values = pairs.get(row.init).map(({ value }) => value);
      assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length - row.difference_mean) < 1e-12);
    }
  });
});

test('depth charts hold what was measured and what theory predicts', async () => {
  await withPage('check', {}, async (page, data) => {
    const { layers, predicted } = data.runs[0].watch;
    assert.equal(layers.length, 31);
    for (const [id, quantity] of [['depth-activation', 'activation'], ['depth-gradient', 'gradient']]) {
      const [line, marks] = await series(page, id);
      assert.deepEqual(line.data, predicted[quantity]);
      assert.deepEqual(marks.data, layers.map((layer) => layer[quantity]));
    }
  });
});

test('heatmaps hold every record of every layer, of the run that is chosen', async () => {
  await withPage('compare', {}, async (page, data) => {
    const runs = data.runs.filter((run) => run.watch.records);
    assert.equal(runs.length, 3);
    for (const [i, run] of runs.entries()) {
      await page.evaluate(`(() => { const list = document.querySelector('#layers select'); list.value = '${i}'; list.dispatchEvent(new Event('change')); })()`);
      const [map] = await series(page, 'map-gradient');
      const taken = run.watch.records.weight_gradient.filter((row) => row.some((value) => value !== null));
      assert.deepEqual(map.data, cells(taken, (value) => (value > 0 ? Math.log10(value) : NaN)));
      assert.equal(await page.evaluate(`document.querySelector('#spread select').value`), String(i));
    }
  });
});

test('the slider moves the histograms with the keyboard', async () => {
  await withPage('compare', {}, async (page, data) => {
    const steps = data.runs[0].watch.histograms.step;
    await page.evaluate(`document.querySelector('#ridges input[type=range]').focus()`);
    const said = () => page.evaluate(`document.querySelector('#ridges output').textContent`);
    assert.equal(await said(), `step ${format.grouped(steps[steps.length - 1])}`);
    for (const type of ['keyDown', 'keyUp']) await page.send('Input.dispatchKeyEvent', { type, key: 'Home', code: 'Home', windowsVirtualKeyCode: 36 });
    assert.equal(await said(), 'step 0');
    for (const type of ['keyDown', 'keyUp']) await page.send('Input.dispatchKeyEvent', { type, key: 'ArrowRight', code: 'ArrowRight', windowsVirtualKeyCode: 39 });
    assert.equal(await said(), `step ${format.grouped(steps[1])}`);
    assert.deepEqual(page.complaints, []);
  });
});

test('every finding is told with cause and remedy and leads to a chart of its run', async () => {
  await withPage('sample', {}, async (page, data) => {
    const [finding] = data.runs[0].watch.findings;
    const text = await page.evaluate(`document.querySelector('.finding[data-problem=vanishing_gradient]').textContent`);
    for (const words of [finding.title, finding.cause, finding.remedy, finding.source, finding.falsified_by, 'zeros, seeds 1 and 2', '-9.5']) assert.ok(text.includes(words), words);
    await page.evaluate(`document.querySelector('.finding a.jump').click()`);
    assert.equal(await page.evaluate('location.hash'), '#depth-gradient');
    assert.equal(await page.evaluate(`document.querySelector('#layers select').selectedOptions[0].textContent`), 'zeros, seed 1');
  });
  await withPage('check', {}, async (page, data) => {
    const told = await page.evaluate(`[...document.querySelectorAll('.finding')].map((card) => card.dataset.problem).sort()`);
    assert.deepEqual(told, data.runs[0].watch.findings.map((finding) => finding.problem).sort());
    const targets = await page.evaluate(`[...document.querySelectorAll('.finding a.jump')].map((link) => document.querySelector(link.getAttribute('href')) !== null)`);
    assert.ok(targets.length > 0 && targets.every(Boolean));
  });
});

test('pictures of the first layer have the colours of its weights', async () => {
  await withPage('sample', {}, async (page) => {
    const tiles = await page.evaluate(`[...document.querySelectorAll('.tiles canvas')].map((canvas) => [...canvas.getContext('2d').getImageData(0, 0, 2, 2).data])`);
    assert.equal(tiles.length, 6);
    assert.deepEqual(tiles[1], Array.from({ length: 4 }, () => [250, 250, 250, 255]).flat());  // bytes of 127: zero
    assert.deepEqual(tiles[0].slice(0, 4), [11, 82, 150, 255]);                                // 0: the most negative
    assert.deepEqual(tiles[0].slice(8, 12), [190, 70, 10, 255]);                               // 254: the most positive
  });
});

test('a sweep shows every point in its map and in its table', async () => {
  await withPage('sweep', {}, async (page, data) => {
    const [map] = await series(page, 'sweep-map');
    assert.deepEqual(map.data.map((cell) => cell[2]).sort(), data.sweep.points.map((point) => point.mean).sort());
    const scores = await page.evaluate(`[...document.querySelectorAll('#sweep > .scroll tbody tr')].map((row) => row.children[3].textContent)`);
    assert.deepEqual(scores, data.sweep.points.map((point) => format.percentWithError(point.mean, point.half_width)));
  });
});

test('text of the data is text, and its policy lets no other script run and nothing be fetched', async () => {
  await withPage('sample', {}, async (page, data) => {
    assert.equal(await page.evaluate('document.querySelector("h1").textContent'), data.title);
    assert.equal(await page.evaluate('document.title'), `${data.title} - fanin`);
    const ran = await page.evaluate(`(() => { const script = document.createElement('script'); script.textContent = 'window.intruder = 1'; document.body.append(script); return window.intruder === 1; })()`);
    assert.equal(ran, false);
    const refused = await page.evaluate(`fetch('data:text/plain,x').then(() => false, () => true)`);
    assert.equal(refused, true);
    assert.ok(page.complaints.some((words) => words.includes('Content Security Policy')));
  });
});

test('the command on the page repeats the run', () => {
  const { data } = pages.get('compare');
  execFileSync('sh', ['-c', `${data.command.replace(/^fanin/, '"$0"')} --no-progress --out again`, fanin], { cwd: work, stdio: 'pipe' });
  const bare = (text) => JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value));
  assert.deepEqual(bare(readFileSync(join(work, 'again/result.json'), 'utf8')), bare(readFileSync(join(work, 'compare/result.json'), 'utf8')));
  const { data: again } = dataIn(join(work, 'again/report.html'));
  assert.deepEqual(again.runs, data.runs);
});

test('on paper it is light and without controls', async () => {
  await withPage('compare', { scheme: 'dark' }, async (page) => {
    const { data } = await page.send('Page.printToPDF', { printBackground: true });
    assert.ok(Buffer.from(data, 'base64').length > 20_000);
    assert.deepEqual(page.complaints, []);
    await page.send('Emulation.setEmulatedMedia', { media: 'print' });
    assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('nav')).display`), 'none');
    assert.equal(await page.evaluate(`getComputedStyle(document.body).backgroundColor`), 'rgb(255, 255, 255)');
    // Paper has no list to choose a run from: every chart of a single run says which one it shows.
    const said = await page.evaluate(`['step-loss', 'map-gradient', 'ridges', 'accuracy'].map((id) => document.querySelector('#' + id + ' .chosen')).map((words) => getComputedStyle(words).display === 'none' ? '' : words.textContent)`);
    assert.deepEqual(said, ['glorot_uniform, seed 1', 'glorot_uniform, seed 1', said[2], 'Test rows']);
    assert.match(said[2], /^glorot_uniform, seed 1; activations at step \d+/);
    await page.send('Emulation.setDeviceMetricsOverride', { width: 700, height: 990, deviceScaleFactor: 1, mobile: false });
    const [table, box] = await page.evaluate(`['.summary', '.scroll'].map((what) => document.querySelector(what).getBoundingClientRect().right)`);
    assert.ok(table <= 700 && table <= box + 1, `the table is cut off at ${table} px`);
  });
});

test('fanin report draws every chart as a picture', () => {
  execFileSync(fanin, ['report', 'compare', '--png'], { cwd: work, stdio: 'pipe' });
  for (const name of ['accuracy', 'differences', 'depth-gradient', 'map-gradient', 'ridges']) {
    const png = readFileSync(join(work, 'compare/pictures', `${name}.png`));
    assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.equal(png.readUInt32BE(16), 2200);
    assert.ok(png.length > 10_000, name);
  }
});

test('a picture fills its window, also one whose size changes', async () => {
  await withPage('compare', { width: 1100, height: 540, hash: '#picture=accuracy' }, async (page) => {
    const free = () => page.evaluate(`window.innerHeight - document.querySelector('#accuracy .plot').getBoundingClientRect().bottom`);
    assert.ok(await free() >= 0 && await free() < 40, `${await free()} px are left`);
    await page.send('Emulation.setDeviceMetricsOverride', { width: 1100, height: 680, deviceScaleFactor: 1, mobile: false });
    await page.evaluate('new Promise((done) => setTimeout(done, 100))');
    assert.ok(await free() >= 0 && await free() < 40, `${await free()} px are left`);
    assert.deepEqual(await page.evaluate(`[...document.querySelectorAll('.picture > figure')].map((figure) => figure.id)`), ['accuracy']);
  });
});
