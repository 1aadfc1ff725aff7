// Every setting, and the command that repeats the run.
import { h } from '../dom.js';

export function settingsSection(data) {
  const groups = [...new Set(data.settings.map((line) => line.group))];
  const said = h('span', { class: 'copied', role: 'status' });
  const code = h('code', null, data.command);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(data.command);
      said.textContent = 'Copied.';
    } catch {
      const selection = window.getSelection();
      selection.selectAllChildren(code);
      said.textContent = 'Selected; copy it with the keyboard.';
    }
  };
  return h('section', { id: 'settings' }, h('h2', null, 'Settings'),
    data.command ? [h('p', { class: 'lead' }, 'This command repeats the run, to the bit on the same type of processor:'),
      h('pre', { class: 'command', tabindex: '0' }, code), h('p', null, h('button', { type: 'button', onclick: copy }, 'Copy the command'), ' ', said)] : null,
    groups.length > 0 ? h('div', { class: 'groups' }, groups.map((group) => h('div', null, h('h3', null, group),
      h('table', { class: 'settings' }, h('caption', { class: 'hidden' }, `Settings: ${group}`), h('tbody', null,
        data.settings.filter((line) => line.group === group).map((line) => h('tr', { class: line.given ? 'given' : null },
          h('th', { scope: 'row' }, h('code', null, line.option)), h('td', null, line.value === '' ? 'not set' : line.value)))))))) : null,
    h('footer', null, `Made by fanin ${data.fanin}. The page holds its data and needs no network: `,
      h('code', null, 'fanin report'), ' draws it again.'));
}
