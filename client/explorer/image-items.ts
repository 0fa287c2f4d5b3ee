/** How an image, its layers and its reading look. */
import { type TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ImageDescription } from '../../server/images/image.ts';
import type { ImageReport } from '../../server/inspect/report.ts';
import { withoutPlatform } from '../../server/protocol.ts';
import type { AsOf } from './as-of.ts';
import type { Images } from './images.ts';
import { flaggedWords, type Look, make } from './item.ts';
import { type AsOfNode, type ImageNode, type LayerNode, nameOf, type ShareNode, type WholeNode } from './nodes.ts';
import { ageWords, countWords, instructionWords, percent, sizeWords } from './words.ts';

const { Collapsed } = TreeItemCollapsibleState;

export function imageItem(node: ImageNode, images: Images): TreeItem {
  const { origin, name, reference } = node;
  const reading = images.reading(reference);
  const report = reading.kind === 'read' ? reading.report : undefined;
  const description = images.description(reference);
  const engine = origin.kind === 'engine' ? origin.image : undefined;
  const created = engine?.created ?? (Date.parse(description?.created ?? '') || 0) / 1000;
  const age = ageWords(created, Date.now() / 1000);
  const { platform } = withoutPlatform(reference);
  // The engine says that of the platform that it takes itself.
  const size = (platform ? undefined : engine?.size) ?? report?.size;
  return make(node, {
    label: nameOf(node),
    description: [
      platform,
      size === undefined ? undefined : sizeWords(size),
      report && flaggedWords(report.flagged),
      age,
      // An image without a name is listed by its platform, which may be another one now.
      origin.kind === 'archive' && origin.alone && !(platform && description?.names.length === 0) ? name : undefined,
    ],
    tooltip: [
      name,
      origin.kind === 'archive' ? origin.path : undefined,
      engine?.id ?? description?.digest,
      ...(description ? configLines(description) : []),
    ],
    icon: 'package',
    state: Collapsed,
    context: contextOf(node),
  });
}

function contextOf({ origin }: ImageNode): string {
  if (origin.kind === 'registry') return 'image registry';
  return origin.kind === 'archive' && origin.alone ? 'image archive' : 'image';
}

function configLines({ platform, created, config }: ImageDescription): string[] {
  const command = (words: readonly string[]) => (words.length > 0 ? JSON.stringify(words) : 'none');
  return [
    `Platform: ${platform}`,
    ...(created ? [`Created: ${created}`] : []),
    `User: ${config.user || 'root'}`,
    `Working directory: ${config.workingDir || '/'}`,
    `Entrypoint: ${command(config.entrypoint)}`,
    `Command: ${command(config.cmd)}`,
  ];
}

export function progressLook(reference: string, images: Images): Look {
  const reading = images.reading(reference);
  const progress = reading.kind === 'reading' ? reading.progress : undefined;
  if (!progress) return { label: 'Reading layers…' };
  const { layersDone, layers, bytes, totalBytes } = progress;
  if (layers === undefined) return { label: 'Reading layers…', description: [sizeWords(bytes)] };
  if (layersDone >= layers) return { label: 'Putting the layers together…' };
  return {
    label: `Reading layer ${layersDone + 1} of ${layers}…`,
    description: [totalBytes === undefined ? sizeWords(bytes) : `${sizeWords(bytes)} of ${sizeWords(totalBytes)}`],
  };
}

export function wholeItem(node: WholeNode, images: Images): TreeItem {
  const reading = images.reading(node.reference);
  const report = reading.kind === 'read' ? reading.report : undefined;
  return make(node, {
    label: 'Whole image',
    description: report
      ? [sizeWords(report.size), flaggedWords(report.flagged), countWords(report.files, 'file')]
      : ['the files of all layers together'],
    tooltip: ['The files that a container of this image sees', ...(report ? wasteLines(report) : [])],
    icon: 'files',
    state: Collapsed,
    context: 'whole',
  });
}

/** `As of layer 3 of 7`. */
export function asOfItem(node: AsOfNode, images: Images, asOf: AsOf): TreeItem {
  const { reference } = node;
  const layer = asOf.layer(reference) ?? 0;
  const description = images.description(reference);
  const count = layerCount(description);
  const instruction = instructionWords(description?.layers.find(({ index }) => index === layer)?.createdBy);
  const reading = images.reading(reference);
  const report = reading.kind === 'read' ? reading.report.layers.find(({ index }) => index === layer) : undefined;
  return make(node, {
    label: `As of layer ${layer + 1} of ${count}`,
    description: [instruction],
    tooltip: [
      instruction,
      `The files as layer ${layer + 1} leaves them, without the layers after it`,
      report && changeWords(report),
    ],
    icon: 'history',
    state: Collapsed,
    context: ['as-of', layer > 0 ? 'has-previous' : '', layer + 1 < count ? 'has-next' : ''].filter(Boolean).join(' '),
  });
}

/** Without steps that have no files. */
export const layerCount = (description: ImageDescription | undefined): number =>
  description?.layers.filter(({ index }) => index !== undefined).length ?? 0;

const changeWords = ({ added, modified, removed }: ImageReport['layers'][number]): string =>
  `${countWords(added, 'file')} added, ${modified.toLocaleString('en')} modified, ${removed.toLocaleString('en')} removed`;

export function shareItem(node: ShareNode, images: Images): TreeItem {
  const { reference } = node;
  const { share, files, size } = node.share;
  const created = images
    .description(reference)
    ?.layers.find(({ index }) => share.kind === 'layer' && index === share.layer)?.createdBy;
  const instruction = instructionWords(created);
  const isLayer = share.kind === 'layer';
  return make(node, {
    label: isLayer ? `Layer ${share.layer + 1}` : restWords[share.kind],
    description: [sizeWords(size), countWords(files, 'file'), isLayer ? instruction : undefined],
    ...(isLayer ? { tooltip: [instruction, `What layer ${share.layer + 1} brought and is still there`] } : {}),
    icon: isLayer ? 'layers' : 'files',
    state: Collapsed,
    context: 'share',
  });
}

const restWords = { unflagged: 'Not flagged', unpackaged: 'Of no package' } as const;

function wasteLines({ waste, base }: ImageReport): string[] {
  return [
    `Stored and not used: ${sizeWords(waste.size)} (efficiency ${percent(waste.efficiency)})`,
    `dive’s figure: efficiency ${percent(waste.dive.efficiency)}, ${sizeWords(waste.dive.wasted)} wasted`,
    ...(base ? [`Base: ${base.name}${base.reference === undefined ? '' : ` (${base.reference})`}`] : []),
  ];
}

export function layerItem(node: LayerNode, images: Images): TreeItem {
  const { layer } = node;
  const instruction = instructionWords(layer.createdBy);
  if (layer.index === undefined) {
    return make(node, {
      label: instruction,
      description: ['no files'],
      tooltip: [instruction],
      icon: 'dash',
      context: 'layer',
    });
  }
  const reading = images.reading(node.reference);
  const report = reading.kind === 'read' ? reading.report.layers.find(({ index }) => index === layer.index) : undefined;
  const count = layerCount(images.description(node.reference));
  const size = report?.size ?? layer.storedSize;
  return make(node, {
    label: instruction,
    length: 22,
    description: [
      size === undefined ? undefined : sizeWords(size),
      report && report.removed > 0 ? `${countWords(report.removed, 'file')} removed` : undefined,
      report && report.wasted > 0 ? `${sizeWords(report.wasted)} wasted` : undefined,
      report && flaggedWords(report.flagged),
      report?.verification === 'wrong' ? 'not the layer it should be' : undefined,
    ],
    tooltip: [
      instruction,
      `Layer ${layer.index + 1} of ${count}`,
      report && changeWords(report),
      report && report.wasted > 0
        ? `${sizeWords(report.wasted)} of it are replaced or removed by later layers`
        : undefined,
      report?.diffId ?? layer.diffId,
      report?.verification && verificationWords[report.verification],
    ],
    icon: 'layers',
    state: Collapsed,
    context: 'layer',
  });
}

const verificationWords = {
  verified: 'Verified: its digest is the one that the image’s configuration names.',
  pending: 'Not verified yet: its digest is being computed.',
  wrong: 'Its digest is not the one that the image’s configuration names.',
  unknown: 'Not verified: its digest could not be computed, or nothing says what it should be.',
} as const;
