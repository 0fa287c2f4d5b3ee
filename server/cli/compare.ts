/** `distroless compare`: what the second of two images has other than the first. */
import { ImageComparisons } from '../image-comparison.ts';
import type { ComparedEntry } from '../images/compared-tree.ts';
import type { FileEntry } from '../images/view.ts';
import type { ComponentChange, ConfigurationChange, ImageComparison, PackageChange } from '../inspect/comparison.ts';
import type { ImagesAt } from '../protocol.ts';
import { sizeWords, visible } from '../words.ts';
import type { Options } from './arguments.ts';
import { withImages } from './image.ts';
import { type Output, UsageError } from './output.ts';

export async function compare(
  references: readonly string[],
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const [before, after, ...more] = references;
  if (!before || !after || more.length > 0) throw new UsageError('compare takes two images.');
  return withImages(options, output, async (images) => {
    const comparisons = new ImageComparisons(images, ({ done, total }) =>
      output.progress(`Comparing contents: ${done} of ${total} files`),
    );
    const pair: ImagesAt = { before, after };
    const result = await comparisons.compare(pair, signal);
    output.progress('');
    const changes = comparisons.changes(pair, signal);
    if (options.format === 'json') await writeJson(result, changes, output);
    else await writeText(result, changes, output);
    return 0;
  });
}

/** The files come last, one a line: there may be a million of them. */
async function writeJson(result: ImageComparison, changes: AsyncIterable<ComparedEntry>, output: Output) {
  const head = JSON.stringify({ schema: 1, ...result }, orNull, 2);
  output.text(`${head.replace(/\n\}$/, '')},\n  "changes": [`);
  let separator = '\n    ';
  for await (const { path, change, differences, before, after } of changes) {
    output.text(
      `${separator}${JSON.stringify({ change, path, differences, before: side(before), after: side(after) }, orNull)}`,
    );
    separator = ',\n    ';
    await output.drained();
  }
  output.text('\n  ]\n}\n');
}

function side(entry: FileEntry | undefined) {
  if (!entry) return null;
  const { type, mode, uid, gid, size, target, capabilities, device, layer } = entry;
  // The size of a folder is that of what is in it, which has lines of its own.
  return { type, mode, uid, gid, size: type === 'directory' ? 0 : size, target, capabilities, device, layer };
}

/** What is not known is null; what a file of its kind has not is left out. */
const orNull = (key: string, value: unknown) =>
  value === undefined && !['target', 'capabilities', 'device'].includes(key) ? null : value;

async function writeText(result: ImageComparison, changes: AsyncIterable<ComparedEntry>, output: Output) {
  const { before, after, sharedLayers, configuration, packages, components, files, sameFiles, problems } = result;
  const lines = [
    `${visible(before.reference)} (${before.platform})`,
    `${visible(after.reference)} (${after.platform})`,
    '',
    ...(result.same ? ['Nothing differs.', ''] : []),
    `  size      ${sizeWords(before.size)} → ${sizeWords(after.size)}${growth(after.size - before.size)}`,
    `  files     ${before.files} → ${after.files}: ${files.added} added, ${files.removed} removed, ${files.modified} changed${files.unread > 0 ? `, ${files.unread} of the same size that could not be read` : ''}`,
    `  layers    ${before.layers} → ${after.layers}, ${sharedLayers.count} in both (${sizeWords(sharedLayers.size)})`,
    `  packages  ${before.packages} → ${after.packages}`,
    `  flagged   ${before.flagged} → ${after.flagged}`,
    `  unchanged ${sameFiles.byLayer} by layer, ${sameFiles.byContent} by content`,
    ...section('Configuration', configuration.map(configurationLine)),
    ...section('Flagged', components.map(componentLine)),
    ...section('Packages', packages.map(packageLine)),
    ...section(
      'What could not be read',
      problems.map(({ of, text }) => `${of === 'before' ? 'first' : 'second'} image: ${visible(text)}`),
    ),
  ];
  output.text(`${lines.join('\n')}\n`);
  let first = true;
  for await (const change of changes) {
    if (first) output.text('\nFiles (A added, D removed, M changed, ? of the same size, not read)\n');
    first = false;
    output.line(`  ${fileLine(change)}`);
    await output.drained();
  }
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', title, ...lines.map((line) => `  ${line}`)] : [];

const growth = (bytes: number): string =>
  bytes === 0 ? '' : ` (${bytes > 0 ? '+' : '−'}${sizeWords(Math.abs(bytes))})`;

const names: Readonly<Record<ConfigurationChange['what'], string>> = {
  platform: 'platform',
  base: 'base',
  user: 'user',
  'working-directory': 'working directory',
  entrypoint: 'entrypoint',
  command: 'command',
  variable: 'variable',
  port: 'port',
};
/** What counts where nothing is set. */
const defaults: Partial<Record<ConfigurationChange['what'], string>> = { user: 'root', 'working-directory': '/' };

function configurationLine({ what, name, before, after }: ConfigurationChange): string {
  if (what === 'port') return `${before === undefined ? '+' : '−'} port ${visible(name ?? '')}`;
  const said = (value: string | undefined) => (value === undefined ? (defaults[what] ?? 'none') : visible(value));
  if (what !== 'variable') return `${names[what]}: ${said(before)} → ${said(after)}`;
  const variable = `variable ${visible(name ?? '')}`;
  if (before === undefined) return `+ ${variable}=${said(after)}`;
  if (after === undefined) return `− ${variable}`;
  return before === after ? `${variable}: another value` : `${variable}: ${said(before)} → ${said(after)}`;
}

function componentLine({ title, severity, before, after, gone, added }: ComponentChange): string {
  const amount = ({ files, size }: NonNullable<typeof before>) =>
    files > 0 ? ` (${files} ${files === 1 ? 'file' : 'files'}, ${sizeWords(size)})` : '';
  if (!before) return `+ ${title}, ${severity}${after ? amount(after) : ''}${few(added)}`;
  if (!after) return `− ${title}, ${severity}${amount(before)}${few(gone)}`;
  const paths = [...gone.map((path) => `−${path}`), ...added.map((path) => `+${path}`)];
  return `${title}, ${severity}: files ${before.files} → ${after.files}${few(paths)}`;
}

const few = (paths: readonly string[]): string => {
  if (paths.length === 0) return '';
  const shown = paths.slice(0, 3).map(visible).join(', ');
  return `: ${shown}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
};

function packageLine({ type, name, before, after }: PackageChange): string {
  const said = (versions: readonly string[]) => versions.map(visible).join(', ');
  const of = `${visible(name)} (${type})`;
  if (before.length === 0) return `+ ${of} ${said(after)}`;
  if (after.length === 0) return `− ${of} ${said(before)}`;
  return `${of} ${said(before)} → ${said(after)}`;
}

const letters = { added: 'A', removed: 'D', modified: 'M', unread: '?' } as const;

function fileLine({ path, change, differences, before, after }: ComparedEntry): string {
  const size = (entry: FileEntry | undefined) =>
    entry && entry.type !== 'directory' && entry.type !== 'symlink' ? sizeWords(entry.size) : undefined;
  const sizes = differences.includes('size')
    ? `${size(before)} → ${size(after)}`
    : change === 'modified'
      ? undefined
      : size(after ?? before);
  const what = differences.filter((each) => each !== 'size' && each !== 'content');
  const details = [sizes, differences.includes('content') && !sizes ? 'content' : undefined, ...what];
  const said = details.filter((detail) => detail !== undefined).join(', ');
  const folder = (after ?? before)?.type === 'directory' ? '/' : '';
  return `${letters[change ?? 'modified']}  ${visible(path)}${folder}${said ? `  (${said})` : ''}`;
}
