/** `distroless inspect` and `distroless files`: what is in an image. */
import { ImageService } from '../image-service.ts';
import type { ImageDescription } from '../images/image.ts';
import { cacheOf } from '../images/layer-cache.ts';
import type { ImageReport } from '../inspect/report.ts';
import type { ImageProgress } from '../protocol.ts';
import { percent, sizeWords, visible, withoutSecret, withoutSecrets } from '../words.ts';
import type { Options } from './arguments.ts';
import { type Output, UsageError } from './output.ts';

export async function inspect(
  references: readonly string[],
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const reference = only(references, 'inspect');
  return withImages(options, output, async (images) => {
    // Whoever inspects an image in CI is to be told that it is not what it says it is.
    await images.verified(reference, signal);
    const { format } = options;
    if (format === 'cyclonedx' || format === 'spdx') {
      const text = await images.sbom(reference, format, signal);
      output.progress('');
      output.text(text);
      return 0;
    }
    const report = await images.report(reference, signal);
    const description = await images.describe(reference, signal);
    output.progress('');
    if (options.format === 'json') output.line(JSON.stringify(asJson(description, report), orNull, 2));
    else output.text(asText(description, report));
    return 0;
  });
}

/** Always a JSON object a line: a list of files is read by programs. */
export async function files(
  references: readonly string[],
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const reference = only(references, 'files');
  const layer = options.layer === undefined ? undefined : Number(options.layer);
  if (layer !== undefined && !(Number.isInteger(layer) && layer >= 1)) {
    throw new UsageError(`--layer takes a number from 1 on, the lowest layer, not “${options.layer}”.`);
  }
  return withImages(options, output, async (images) => {
    const view = layer === undefined ? ({ kind: 'image' } as const) : ({ kind: 'layer', layer: layer - 1 } as const);
    for await (const entry of images.files(reference, view, signal)) {
      const { path, type, mode, uid, gid, size, target, capabilities, device, layer: from } = entry;
      // What is undefined is left out.
      output.line(JSON.stringify({ path, type, mode, uid, gid, size, target, capabilities, device, layer: from }));
      await output.drained();
    }
    output.progress('');
    return 0;
  });
}

/** The images are closed afterwards. */
export async function withImages(
  { platform, cache }: Options,
  output: Output,
  use: (images: ImageService) => Promise<number>,
): Promise<number> {
  const images = new ImageService({
    platform,
    cache: cacheOf(cache, import.meta.filename),
    // Whoever types a command trusts his own programs.
    trusted: true,
    onProgress: (progress) => output.progress(progressLine(progress)),
  });
  try {
    return await use(images);
  } finally {
    await images.closeAll();
  }
}

function only(references: readonly string[], command: string): string {
  const [reference, ...more] = references;
  if (!reference || more.length > 0) throw new UsageError(`${command} takes one image.`);
  return reference;
}

function progressLine({ layersDone, layers, bytes, totalBytes, done }: ImageProgress): string {
  if (done) return '';
  const of = layers === undefined ? '' : ` of ${layers}`;
  const size = totalBytes === undefined ? sizeWords(bytes) : `${sizeWords(bytes)} of ${sizeWords(totalBytes)}`;
  return `Reading layer ${layersDone + 1}${of}: ${size}`;
}

/** What is not known is null, and is there. */
const orNull = (_: string, value: unknown) => (value === undefined ? null : value);

function asJson({ reference, digest, platform, config, layers: described }: ImageDescription, report: ImageReport) {
  const { user, workingDir, entrypoint, cmd, env } = config;
  return {
    schema: 1,
    image: {
      reference,
      digest: digest ?? null,
      platform,
      config: { user, workingDir, entrypoint, cmd, env: env.map(withoutSecret) },
    },
    size: report.size,
    files: report.files,
    flagged: report.flagged,
    base: report.base,
    layers: described.map(({ index, createdBy, digest: blob, diffId, verification }) => {
      const read = index === undefined ? undefined : report.layers[index];
      return {
        index: index ?? null,
        digest: blob ?? read?.digest ?? null,
        diffId: diffId ?? read?.diffId ?? null,
        size: read?.size ?? 0,
        createdBy: createdBy === undefined ? null : withoutSecrets(createdBy),
        added: read?.added ?? 0,
        modified: read?.modified ?? 0,
        removed: read?.removed ?? 0,
        wasted: read?.wasted ?? 0,
        flagged: read?.flagged ?? 0,
        fromBase: read?.fromBase ?? null,
        empty: index === undefined,
        verified: verification === 'verified',
      };
    }),
    components: report.components.map(({ evidence, ...component }) => ({
      ...component,
      paths: evidence.map(({ path }) => path),
      evidence,
    })),
    packages: report.packages,
    waste: report.waste,
    problems: report.problems,
  };
}

function asText({ reference, platform, config, layers: described }: ImageDescription, report: ImageReport): string {
  const lines = [
    `${visible(reference)} (${platform})`,
    `  ${sizeWords(report.size)} in ${count(report.files, 'file')}, ${count(report.layers.length, 'layer')}, ${count(report.packages.length, 'package')}`,
    `  runs ${visible([...config.entrypoint, ...config.cmd].join(' ')) || 'nothing by itself'} as ${visible(config.user) || 'root'}`,
    ...baseLines(report),
    '',
    'Layers, the lowest first',
  ];
  for (const { index, createdBy } of described) {
    const read = index === undefined ? undefined : report.layers[index];
    const size = read ? sizeWords(read.size) : '–';
    const counts = read ? ` (+${read.added} ~${read.modified} -${read.removed})${read.fromBase ? ', base' : ''}` : '';
    lines.push(
      `  ${index === undefined ? ' ' : index + 1}  ${size.padStart(8)}  ${shortened(visible(withoutSecrets(createdBy ?? 'no instruction is known')))}${counts}`,
    );
  }
  lines.push('', ...flaggedLines(report), '', ...packageLines(report), ...wasteLines(report));
  if (report.problems.length > 0)
    lines.push('', 'What could not be read', ...report.problems.map((problem) => `  ${visible(problem)}`));
  return `${lines.join('\n')}\n`;
}

function baseLines({ base }: ImageReport): string[] {
  if (!base) return [];
  const name = visible(base.reference ? `${base.name} (${base.reference})` : base.name);
  const layers = base.upTo === 0 ? 'layer 1' : `layers 1 to ${(base.upTo ?? 0) + 1}`;
  const upTo = base.upTo === undefined ? '' : `, ${layers}${base.exact ? '' : ' at least'}`;
  return [`  built on ${name}${upTo}`];
}

/** Hints are one line each: they blame nothing. */
function flaggedLines({ components }: ImageReport): string[] {
  if (components.length === 0) return ['Nothing is flagged.'];
  return [
    'Flagged',
    ...components.flatMap(({ severity, title, files, size, evidence, packages, layers, fromBase, why, remedy }) => {
      const head = `  ${severity}: ${title}${files > 0 ? `: ${count(files, 'file')}, ${sizeWords(size)}` : ''}`;
      if (severity === 'hint') return [head];
      const from = [
        packages.length > 0 ? `from ${few(packages)}` : '',
        layers.length > 0 ? `in layer ${few(layers.map((layer) => String(layer + 1)))}` : '',
        fromBase === true ? 'of the base' : fromBase === false ? 'not of the base' : '',
      ].filter((part) => part !== '');
      return [
        head,
        ...(evidence.length > 0 ? [`    ${few(evidence.map(({ path }) => visible(path)))}`] : []),
        ...(from.length > 0 ? [`    ${from.join(', ')}`] : []),
        `    ${visible(why)}`,
        `    ${remedy}`,
      ];
    }),
  ];
}

function packageLines({ packages }: ImageReport): string[] {
  if (packages.length === 0) return [];
  const types = new Map<string, typeof packages>();
  for (const each of packages) types.set(each.type, [...(types.get(each.type) ?? []), each]);
  return [
    'Packages',
    ...[...types].map(([type, each]) => {
      const largest = each.filter(({ size }) => size !== undefined).toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0));
      const named = largest.slice(0, 5).map(({ name, version, size = 0 }) => `${name} ${version} (${sizeWords(size)})`);
      return `  ${each.length} ${type}${named.length > 0 ? `, the largest ${named.join(', ')}` : ''}`;
    }),
    '',
  ];
}

function wasteLines({ waste }: ImageReport): string[] {
  const { size, stored, efficiency, metadataOnly, files, count: wasted, dive } = waste;
  if (size === 0) return ['Nothing that is stored is missing from the final tree.'];
  return [
    'Waste',
    `  ${sizeWords(size)} of ${sizeWords(stored)} are stored and not in the final tree: efficiency ${percent(efficiency)} (dive’s own figures: ${percent(dive.efficiency)}, ${sizeWords(dive.wasted)} wasted)`,
    ...(metadataOnly > 0
      ? [`  ${sizeWords(metadataOnly)} of it were stored again for another owner or mode alone`]
      : []),
    ...files
      .slice(0, 5)
      .map(
        ({ path, size, layer, hiddenBy, how }) =>
          `  ${sizeWords(size).padStart(8)}  ${visible(path)}, of layer ${layer + 1}, ${how === 'removed' ? 'removed' : 'stored again'} by layer ${hiddenBy + 1}`,
      ),
    ...(wasted > 5 ? [`  and ${count(wasted - 5, 'file')} more`] : []),
  ];
}

const few = (parts: readonly string[]) =>
  parts.length > 6 ? `${parts.slice(0, 5).join(', ')} and ${parts.length - 5} more` : parts.join(', ');

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
