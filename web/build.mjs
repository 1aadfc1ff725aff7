// Bundles src/ and style.css and writes them, with the page's template, as one C++ file.
//
//   node build.mjs --modules FOLDER/node_modules --out page_bundle.cpp
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const mostBytes = 2_000_000;

function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

const modules = resolve(option('--modules', join(here, 'node_modules')));
const out = option('--out', join(here, 'page_bundle.cpp'));
const esbuild = createRequire(join(modules, 'any.js'))('esbuild');

const shared = { bundle: true, minify: true, write: false, nodePaths: [modules], legalComments: 'inline', logLevel: 'error' };
const script = await esbuild.build({
  ...shared, entryPoints: [join(here, 'src/main.js')], format: 'iife', target: 'es2020', charset: 'ascii',
});
const style = await esbuild.build({ ...shared, entryPoints: [join(here, 'style.css')], charset: 'ascii' });

// What stands between the tags, to the byte: the page's security policy lets nothing else run.
const texts = {
  page: readFileSync(join(here, 'template.html'), 'utf8'),
  style: style.outputFiles[0].text.trim(),
  script: script.outputFiles[0].text.trim(),
};
const hashOf = (text) => `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
const bytes = Object.values(texts).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
if (bytes > mostBytes) throw new Error(`the page without data has ${bytes} bytes, ${mostBytes} is the limit`);
if (/<\/(script|style)/i.test(texts.style + texts.script)) throw new Error('an end tag within script or style');

const escapes = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '?': '\\?' };
function literal(text) {
  const lines = [];
  for (let at = 0; at < text.length; at += 4000) {
    const part = text.slice(at, at + 4000).replace(/[\\"\n\t?]/g, (c) => escapes[c]);
    if (/[^\x20-\x7e]/.test(part)) throw new Error('a character that is no printable ASCII');
    lines.push(`    "${part}"`);
  }
  return lines.join('\n');
}

const parts = { Page: texts.page, Style: texts.style, Script: texts.script, StyleHash: hashOf(texts.style), ScriptHash: hashOf(texts.script) };
const names = Object.keys(parts);
writeFileSync(out, `// Made from web/ by build.mjs.
#include "fanin/report/page/page_bundle.hpp"

namespace fanin::report {
namespace {

template <std::size_t size>
constexpr std::string_view view_of(const char (&text)[size]) noexcept {
  return {text, size - 1};
}

${names.map((name) => `constexpr char k${name}[] =\n${literal(parts[name])};`).join('\n')}

}  // namespace

const PageBundle& page_bundle() noexcept {
  static constexpr PageBundle kBundle{${names.map((name) => `view_of(k${name})`).join(', ')}};
  return kBundle;
}

}  // namespace fanin::report
`);
