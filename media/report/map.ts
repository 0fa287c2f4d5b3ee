/** The treemap: folders and files by size, coloured by what is asked for; walked with the arrow keys, entered with Enter, left with Backspace. */
import type { ReportPage } from '../../server/protocol.ts';
import { instructionWords, sizeWords } from '../../server/words.ts';
import { button, element } from './elements.ts';
import { type Rectangle, squarify } from './treemap.ts';

type Space = ReportPage['space'];
export type ColourBy = 'flag' | 'component' | 'layer' | 'package';

export interface MapView {
  readonly element: HTMLElement;
  colourBy(by: ColourBy): void;
}

interface Tile {
  readonly space: Space;
  readonly path: string;
  readonly frame: Rectangle;
  readonly depth: number;
}

/** `open` is what Enter and a click do on a file. */
export function createMap(page: ReportPage, open: (path: string) => void): MapView {
  let by: ColourBy = 'flag';
  /** From the root to the folder that is shown. */
  let trail: readonly Space[] = [page.space];
  const trailBar = element('nav', { 'aria-label': 'Folder shown' });
  const area = element('div', { class: 'map', role: 'group', 'aria-label': 'Files by size' });
  const legend = element('ul', { class: 'legend', 'aria-label': 'Colours' });
  const pathOf = (spaces: readonly Space[]) =>
    `/${spaces
      .slice(1)
      .map(({ name }) => name)
      .join('/')}`;

  const go = (to: readonly Space[]) => {
    trail = to;
    draw();
    area.querySelector('button')?.focus();
  };
  const enter = ({ space, path }: Tile) => {
    if (!space.children) return open(path);
    const within = path.split('/').filter(Boolean).length;
    const found = trailTo(page.space, path);
    if (found && within > 0) go(found);
  };
  const draw = () => {
    const { width, height } = area.getBoundingClientRect();
    const shown = trail.at(-1) ?? page.space;
    const base = trail.length === 1 ? '' : pathOf(trail);
    const tiles: Tile[] = [];
    lay(shown, base, { x: 0, y: 0, width: width - 2, height: height - 2 }, 0, tiles);
    const tone = tones(page, by);
    area.replaceChildren(
      ...tiles.map((tile, index) => {
        const { space, path, frame, depth } = tile;
        const says = [path, sizeWords(space.size), ...aboutOf(space)].join(', ');
        const isNamed = frame.width > 24 && frame.height > 14;
        const made = button(isNamed ? space.name : '', () => enter(tile), {
          'data-mark': isNamed ? tone.mark(space) : undefined,
          class: `t${tone.of(space)}${space.children ? ' folder' : ''}`,
          'aria-label': says,
          title: says,
          tabindex: index === 0 ? '0' : '-1',
        });
        made.style.left = `${frame.x}px`;
        made.style.top = `${frame.y}px`;
        made.style.width = `${frame.width}px`;
        made.style.height = `${frame.height}px`;
        made.style.zIndex = String(depth);
        return made;
      }),
    );
    trailBar.replaceChildren(
      ...trail.map((space, index) =>
        button(index === 0 ? 'Whole image' : space.name, () => go(trail.slice(0, index + 1)), {
          ...(index === trail.length - 1 ? { 'aria-current': 'true' } : {}),
        }),
      ),
      element('span', { class: 'quiet' }, sizeWords(shown.size)),
    );
    legend.replaceChildren(
      ...tone.legend.map(([number, name]) =>
        element('li', {}, element('span', { class: `swatch t${number}`, 'aria-hidden': 'true' }), name),
      ),
    );
  };
  area.addEventListener('keydown', (event) => {
    const all = [...area.querySelectorAll('button')];
    const current = all.indexOf(document.activeElement as HTMLButtonElement);
    if ((event.key === 'Backspace' || event.key === 'Escape') && trail.length > 1) go(trail.slice(0, -1));
    else if (event.key === 'Home') focus(all, 0);
    else if (event.key === 'End') focus(all, all.length - 1);
    else {
      const next = neighbour(all, current, event.key);
      if (next === undefined) return;
      focus(all, next);
    }
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(area);
  return {
    element: element('div', {}, trailBar, area, legend),
    colourBy(wanted) {
      by = wanted;
      draw();
    },
  };
}

const header = 18;
const smallestSide = 5;
const mostTiles = 900;

function lay(folder: Space, base: string, frame: Rectangle, depth: number, tiles: Tile[]): void {
  const children = folder.children ?? [];
  const sizes = children.map(({ size }) => size);
  const frames = squarify(folder.rest.size > 0 ? [...sizes, folder.rest.size].sort((a, b) => b - a) : sizes, frame);
  // Where the rest stands among the others, nothing is drawn.
  const skipped =
    folder.rest.size > 0 ? sizes.filter((size) => size >= folder.rest.size).length : Number.POSITIVE_INFINITY;
  for (const [index, space] of children.entries()) {
    const at = frames[index < skipped ? index : index + 1];
    if (!at || at.width < smallestSide || at.height < smallestSide || tiles.length >= mostTiles) continue;
    const path = `${base}/${space.name}`;
    tiles.push({ space, path, frame: at, depth });
    const inner = { x: at.x + 2, y: at.y + header, width: at.width - 4, height: at.height - header - 2 };
    if (space.children && inner.width > 20 && inner.height > 12) lay(space, path, inner, depth + 1, tiles);
  }
}

function trailTo(root: Space, path: string): readonly Space[] | undefined {
  const trail = [root];
  for (const name of path.split('/').filter(Boolean)) {
    const next = trail.at(-1)?.children?.find((child) => child.name === name);
    if (!next) return undefined;
    trail.push(next);
  }
  return trail;
}

function aboutOf({ flag, layer, package: owner }: Space): string[] {
  return [...(flag ? [flag.title] : []), ...(owner ? [owner] : []), `layer ${layer + 1}`];
}

/** Numbers of colours, and what they mean: a word for each, so that nobody depends on the colour. */
interface Tones {
  of(space: Space): number;
  /** What a tile says besides its colour, before its name. */
  mark(space: Space): string | undefined;
  readonly legend: readonly (readonly [number, string])[];
}

/** As the badges in the “Images” view. */
const marks = { error: '!!', warning: '!', info: 'i', hint: '·' } as const;

function tones({ space, description }: ReportPage, by: ColourBy): Tones {
  switch (by) {
    case 'flag': {
      const numbers = { error: 1, warning: 3, info: 4, hint: 0 } as const;
      return {
        of: ({ flag }) => (flag ? numbers[flag.severity] : 5),
        mark: ({ flag }) => flag && marks[flag.severity],
        legend: [
          [1, `${marks.error} remove it`],
          [3, `${marks.warning} look at it`],
          [4, `${marks.info} may stay`],
          [0, `${marks.hint} harmless`],
          [5, 'not flagged'],
        ],
      };
    }
    case 'layer': {
      const layers = description.layers.filter(({ index }) => index !== undefined);
      return {
        of: ({ layer }) => 1 + (layer % 7),
        mark: ({ layer, children }) => (children ? undefined : String(layer + 1)),
        legend: layers.map(({ index = 0, createdBy }) => [
          1 + (index % 7),
          `Layer ${index + 1}: ${shortened(instructionWords(createdBy), 60)}`,
        ]),
      };
    }
    case 'component':
      return largestBy(space, ({ flag }) => flag?.title, 'another kind, or not flagged');
    case 'package':
      return largestBy(space, (one) => one.package, 'another package, or none');
  }
}

/** The seven that have the most bytes get a tone each. */
function largestBy(space: Space, keyOf: (space: Space) => string | undefined, others: string): Tones {
  const sizes = new Map<string, number>();
  const add = (one: Space) => {
    const key = keyOf(one);
    if (key !== undefined && !one.children) sizes.set(key, (sizes.get(key) ?? 0) + one.size);
    for (const child of one.children ?? []) add(child);
  };
  add(space);
  const largest = [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 7);
  const numbers = new Map(largest.map(([name], index) => [name, index + 1]));
  return {
    of: (one) => numbers.get(keyOf(one) ?? '') ?? 0,
    mark: (one) => (one.children ? undefined : numbers.get(keyOf(one) ?? '')?.toString()),
    legend: [
      ...largest.map(([name, size], index) => [index + 1, `${index + 1} ${name}, ${sizeWords(size)}`] as const),
      [0, others],
    ],
  };
}

const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

function focus(all: readonly HTMLButtonElement[], index: number): void {
  for (const [i, each] of all.entries()) each.tabIndex = i === index ? 0 : -1;
  all[index]?.focus();
}

/** The nearest in that direction. */
function neighbour(all: readonly HTMLButtonElement[], current: number, key: string): number | undefined {
  const directions: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const direction = directions[key];
  const from = all[current]?.getBoundingClientRect();
  if (!direction || !from) return undefined;
  const [dx, dy] = direction;
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, each] of all.entries()) {
    const to = each.getBoundingClientRect();
    const ahead = dx !== 0 ? (to.left - from.left) * dx : (to.top - from.top) * dy;
    if (index === current || ahead <= 0.5) continue;
    const aside = dx !== 0 ? Math.abs(to.top - from.top) : Math.abs(to.left - from.left);
    const distance = ahead + aside * 3;
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}
