/** The report of an image in a page: in the editor, which sends the data, or in a file of its own, which holds them. */
import type { FromReport, ReportPage, ToReport } from '../../server/protocol.ts';
import { instructionWords, percent, sizeWords } from '../../server/words.ts';
import { button, type Child, element } from './elements.ts';
import { type ColourBy, createMap } from './map.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromReport): void };

const severities = { error: 'remove it', warning: 'look at it', info: 'may stay', hint: 'harmless' } as const;
const shownPaths = 100;
const longestLine = 200;
const hows = {
  removed: 'removed by',
  replaced: 'replaced by',
  metadata: 'owner or mode changed by',
} as const;
/** Columns of numbers. */
const numbers: ReadonlySet<string> = new Set(['Size', 'Not used', 'Files', 'Flagged', 'Layer']);

const main = document.querySelector('main')!;
const held = document.getElementById('data')?.textContent;
if (held) show(JSON.parse(held), undefined);
else {
  const editor = acquireVsCodeApi();
  window.addEventListener('message', ({ data }: MessageEvent<ToReport>) => {
    if (data.kind === 'page') show(data.page, (message) => editor.postMessage(message));
    if (data.kind === 'failed') main.replaceChildren(element('p', { role: 'alert' }, data.message));
  });
  editor.postMessage({ kind: 'ready' });
}

type Send = ((message: FromReport) => void) | undefined;

function show(page: ReportPage, send: Send): void {
  const open = (path: string) => send?.({ kind: 'reveal', path });
  main.replaceChildren(
    heading(page),
    ...(send ? [exports(send)] : []),
    where(page, open),
    layers(page),
    unused(page),
    flagged(page, send ? open : undefined),
    packages(page),
  );
  main.removeAttribute('aria-busy');
}

function heading({ name, report, description }: ReportPage): HTMLElement {
  const { config, platform } = description;
  const fact = (term: string, value: string) => element('div', {}, element('dt', {}, term), element('dd', {}, value));
  const command = [...config.entrypoint, ...config.cmd];
  return element(
    'header',
    {},
    element('h1', {}, name),
    element(
      'dl',
      { class: 'facts' },
      fact('Size', sizeWords(report.size)),
      fact('Files', report.files.toLocaleString('en')),
      fact('Flagged', report.flagged.toLocaleString('en')),
      fact('Packages', report.packages.length.toLocaleString('en')),
      fact('Stored, not used', `${sizeWords(report.waste.size)} (efficiency ${percent(report.waste.efficiency)})`),
      fact(
        'dive’s figure',
        `efficiency ${percent(report.waste.dive.efficiency)}, ${sizeWords(report.waste.dive.wasted)} wasted`,
      ),
      ...(report.base
        ? [fact('Base', report.base.reference ? `${report.base.name} (${report.base.reference})` : report.base.name)]
        : []),
      fact('Platform', platform),
      fact('User', config.user || 'root'),
      fact('Starts', command.length > 0 ? JSON.stringify(command) : 'nothing'),
    ),
    ...report.problems.map((problem) => element('p', { role: 'note' }, problem)),
  );
}

function exports(send: NonNullable<Send>): HTMLElement {
  const one = (label: string, format: Extract<FromReport, { kind: 'export' }>['format']) =>
    button(label, () => send({ kind: 'export', format }));
  return element(
    'div',
    { class: 'bar', role: 'group', 'aria-label': 'Save this report' },
    element('span', { class: 'quiet' }, 'Save as'),
    one('HTML', 'html'),
    one('JSON', 'json'),
    one('CycloneDX', 'cyclonedx'),
    one('SPDX', 'spdx'),
  );
}

function where(page: ReportPage, open: (path: string) => void): HTMLElement {
  const map = createMap(page, open);
  const choice = element('select', { id: 'colour' });
  for (const [value, label] of [
    ['flag', 'how grave it is'],
    ['component', 'what it is flagged as'],
    ['layer', 'layer'],
    ['package', 'package'],
  ] as const)
    choice.append(element('option', { value }, label));
  choice.addEventListener('change', () => map.colourBy(choice.value as ColourBy));
  return section(
    'Where the bytes are',
    element('div', { class: 'bar' }, element('label', { for: 'colour' }, 'Coloured by'), choice),
    map.element,
  );
}

function layers({ report, description }: ReportPage): HTMLElement {
  const largest = Math.max(1, ...report.layers.map(({ size }) => size));
  const rows = report.layers.map(({ index, size, wasted, added, modified, removed, flagged, createdBy }) => {
    const bar = (bytes: number, look: string) => {
      if (bytes <= 0) return undefined;
      const made = element('span', { class: look });
      made.style.width = `${(bytes / largest) * 100}%`;
      return made;
    };
    const lost = Math.min(wasted, size);
    const bars = [bar(size - lost, 't4'), bar(lost, 't1 wasted')];
    const number = (value: string) => element('td', { class: 'number' }, value);
    return element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'number' }, String(index + 1)),
      element('td', { class: 'words' }, instruction(instructionWords(createdBy))),
      element('td', { class: 'wide' }, element('div', { class: 'meter', 'aria-hidden': 'true' }, ...bars)),
      number(sizeWords(size)),
      number(wasted > 0 ? sizeWords(wasted) : ''),
      number(`+${added} ~${modified} −${removed}`),
      number(flagged > 0 ? String(flagged) : ''),
    );
  });
  const titles = ['Layer', 'Instruction', '', 'Size', 'Not used', 'Files', 'Flagged'];
  const without = description.layers.length - report.layers.length;
  return section(
    'Layers',
    table('Table of layers', titles, rows),
    without > 0
      ? element(
          'p',
          { class: 'quiet' },
          `${without} more ${without === 1 ? 'instruction' : 'instructions'} left no files.`,
        )
      : undefined,
  );
}

/** What is stored and not in the final tree, file by file. */
function unused({ report: { waste } }: ReportPage): HTMLElement {
  if (waste.files.length === 0)
    return section('Stored, not used', element('p', {}, 'Everything that the layers store is in the image.'));
  const rows = waste.files
    .slice(0, shownPaths)
    .map(({ path, size, layer, hiddenBy, how }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'words' }, element('code', {}, path)),
        element('td', { class: 'number' }, sizeWords(size)),
        element('td', { class: 'number' }, String(layer + 1)),
        element('td', { class: 'brief' }, `${hows[how]} layer ${hiddenBy + 1}`),
      ),
    );
  const more = waste.count - rows.length;
  return section(
    'Stored, not used',
    table('Table of what is stored and not used', ['Path', 'Size', 'Layer', 'Why'], rows),
    more > 0 ? element('p', { class: 'quiet' }, `and ${more.toLocaleString('en')} more`) : undefined,
  );
}

/** One that is scrolled by itself where it is too wide. */
function table(label: string, titles: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = titles.map((title) =>
    title === ''
      ? element('td', { class: 'wide' })
      : element('th', { scope: 'col', ...(numbers.has(title) ? { class: 'number' } : {}) }, title),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows)),
  );
}

/** A long one is folded up behind its beginning. */
function instruction(words: string): HTMLElement {
  const code = element('code', {}, words);
  if (words.length <= longestLine) return code;
  const start = element('code', {}, `${words.slice(0, longestLine - 1)}…`);
  return element('details', {}, element('summary', {}, start), code);
}

function flagged({ report }: ReportPage, open: ((path: string) => void) | undefined): HTMLElement {
  const kinds = report.components.map((component) => {
    const { title, why, remedy, severity, files, size, evidence, unlisted, packages, fromBase } = component;
    const about = [
      severities[severity],
      files > 0 ? `${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}` : undefined,
      size > 0 ? sizeWords(size) : undefined,
      fromBase ? 'from the base' : undefined,
    ].filter((part) => part !== undefined);
    const shown = evidence.slice(0, shownPaths);
    const hidden = evidence.length - shown.length + unlisted;
    return element(
      'details',
      {},
      element('summary', {}, `${title} `, element('span', { class: 'quiet' }, about.join(' · '))),
      element('p', {}, why),
      element('p', {}, remedy),
      packages.length > 0 ? element('p', { class: 'quiet' }, `Packages: ${packages.join(', ')}`) : undefined,
      element(
        'ul',
        {},
        ...shown.map(({ path, size: bytes, layer }) =>
          element(
            'li',
            {},
            open ? button(path, () => open(path), { class: 'path' }) : element('code', {}, path),
            element('span', { class: 'quiet' }, ` ${sizeWords(bytes)}, layer ${layer + 1}`),
          ),
        ),
        hidden > 0 ? element('li', {}, `and ${hidden.toLocaleString('en')} more`) : undefined,
      ),
    );
  });
  return section('Flagged', ...(kinds.length > 0 ? kinds : [element('p', {}, 'Nothing in this image is flagged.')]));
}

function packages({ report }: ReportPage): HTMLElement {
  const rows = report.packages
    .toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0))
    .map(({ name, version, type, size, layer }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', {}, version),
        element('td', {}, type),
        element('td', { class: 'number' }, size === undefined ? '' : sizeWords(size)),
        element('td', { class: 'number' }, String(layer + 1)),
      ),
    );
  if (rows.length === 0) return section('Packages', element('p', {}, 'No package database was found in this image.'));
  return section('Packages', table('Table of packages', ['Name', 'Version', 'Kind', 'Size', 'Layer'], rows));
}

function section(title: string, ...children: readonly Child[]): HTMLElement {
  return element('section', { 'aria-label': title }, element('h2', {}, title), ...children);
}
