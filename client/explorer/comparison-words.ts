/** How the explorer says what two images differ in. Pure. */
import type { ComparedTotals, Difference } from '../../server/images/compared-tree.ts';
import type { ConfigurationChange, ImageComparison } from '../../server/inspect/comparison.ts';
import { countWords, sizeWords } from './words.ts';

export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly icon: string;
}

/** Sizes and counts first, then each setting that differs. */
export function facts(comparison: ImageComparison): readonly Fact[] {
  const { before, after, sharedLayers, files, sameFiles, configuration } = comparison;
  const counts = (from: number, to: number) => `${from.toLocaleString('en')} → ${to.toLocaleString('en')}`;
  const both = `${sharedLayers.count.toLocaleString('en')} in both`;
  return [
    { label: 'Size', value: sizesWords(before.size, after.size), icon: 'graph' },
    {
      label: 'Files',
      value: [counts(before.files, after.files), totalsWords(files)].filter(Boolean).join(', '),
      icon: 'files',
    },
    {
      label: 'Unchanged files',
      value: `${sameFiles.byLayer.toLocaleString('en')} by layer, ${sameFiles.byContent.toLocaleString('en')} by content`,
      icon: 'check',
    },
    {
      label: 'Layers',
      value: `${counts(before.layers, after.layers)}, ${both}${sharedLayers.count > 0 ? ` (${sizeWords(sharedLayers.size)})` : ''}`,
      icon: 'layers',
    },
    { label: 'Packages', value: counts(before.packages, after.packages), icon: 'library' },
    { label: 'Flagged files', value: counts(before.flagged, after.flagged), icon: 'flag' },
    ...configuration.map((change) => ({ ...settingWords(change), icon: 'gear' })),
  ];
}

/** `12 MB → 3.1 MB (−8.9 MB)`. */
export function sizesWords(before: number, after: number): string {
  const growth = growthWords(after - before);
  return `${sizeWords(before)} → ${sizeWords(after)}${growth ? ` (${growth})` : ''}`;
}

/** `−8.9 MB`; undefined where it is none. */
export function growthWords(bytes: number): string | undefined {
  if (bytes === 0) return undefined;
  return `${bytes > 0 ? '+' : '−'}${sizeWords(Math.abs(bytes))}`;
}

/** `3 added, 1 changed`; the empty string where nothing is. */
export function totalsWords({ added, removed, modified, unread }: ComparedTotals): string {
  const words: [number, string][] = [
    [added, 'added'],
    [removed, 'removed'],
    [modified, 'changed'],
    [unread, 'not read'],
  ];
  return words
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString('en')} ${word}`)
    .join(', ');
}

/** What else than the size; `changed: mode, owner`. */
export function differenceWords(differences: readonly Difference[]): string {
  const words = differences.filter((each) => each !== 'size' && !(each === 'content' && differences.includes('size')));
  return words.length > 0 ? `changed: ${words.join(', ')}` : 'changed';
}

export function amountWords({ files, size }: { readonly files: number; readonly size: number }): string {
  return files > 0 ? `${countWords(files, 'file')}, ${sizeWords(size)}` : '';
}

const names: Readonly<Record<ConfigurationChange['what'], string>> = {
  platform: 'Platform',
  base: 'Base',
  user: 'User',
  'working-directory': 'Working directory',
  entrypoint: 'Entrypoint',
  command: 'Command',
  variable: 'Variable',
  port: 'Port',
};

/** What counts where nothing is set. */
const defaults: Partial<Record<ConfigurationChange['what'], string>> = { user: 'root', 'working-directory': '/' };

function settingWords({ what, name, before, after }: ConfigurationChange): Pick<Fact, 'label' | 'value'> {
  const label = name === undefined ? names[what] : `${names[what]} ${name}`;
  if (what === 'port') return { label, value: before === undefined ? 'added' : 'removed' };
  if (what === 'variable') {
    if (before === undefined) return { label, value: `added: ${after}` };
    if (after === undefined) return { label, value: 'removed' };
    if (before === after) return { label, value: 'another value' };
  }
  return { label, value: `${before ?? defaults[what] ?? 'none'} → ${after ?? defaults[what] ?? 'none'}` };
}
