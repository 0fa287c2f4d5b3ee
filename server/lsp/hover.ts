/** What is known of an image or a stage, shown where it is named: after FROM and AS, in --from and in mounts. And which image a stage is built on. */
import { type Connection, type Hover, MarkupKind } from 'vscode-languageserver';
import { baseOf } from '../bases/effective.ts';
import { findBase } from '../bases/find.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { contextNamed } from '../dockerfile/named-contexts.ts';
import { rootStage, sourceNamed, stageNumber } from '../dockerfile/queries.ts';
import { type StagePlace, stagePlaceAt, stagePlaces } from '../dockerfile/stage-places.ts';
import { type BaseOfStage, baseAtLine, exploreBaseCommand } from '../protocol.ts';
import { shippedBy } from '../rules/check.ts';
import { today } from '../today.ts';
import {
  type Description,
  describeBase,
  describeGiven,
  describeImage,
  describeStage,
  type Shipping,
} from './describe.ts';
import type { OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';

/** `explores`: whether the client can open the image. */
export function offerHover(
  connection: Connection,
  documents: OpenDocuments,
  judge: Judge,
  explores: () => boolean,
): void {
  connection.onHover(({ textDocument: { uri }, position }): Hover | null => {
    const document = documents.get(uri);
    if (!document) return null;
    const dockerfile = judge.built(document);
    const place = stagePlaceAt(stagePlaces(dockerfile), position);
    if (!place) return null;
    const shipping = (stage: Stage) => shippingOf(dockerfile, stage, judge.targets(document));
    const { given, known, image } = told(dockerfile, place, shipping);
    const link = image?.kind === 'image' && explores() ? exploreLink(image, place) : undefined;
    const parts = [given, known?.facts, link, known?.source].filter((part) => part !== undefined);
    if (parts.length === 0) return null;
    return { range: place.range, contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n') } };
  });
  connection.onRequest<BaseOfStage, unknown>(baseAtLine.method, ({ uri, line }: { uri: string; line: number }) => {
    const document = documents.get(uri);
    const dockerfile = document && judge.built(document);
    const stage = dockerfile?.stages.findLast(({ from }) => from.range.start.line <= line);
    return dockerfile && stage ? baseImage(dockerfile, stage) : { kind: 'none' };
  });
}

interface Told {
  readonly given: string | undefined;
  readonly known?: Description | undefined;
  readonly image?: BaseOfStage;
}

function told(dockerfile: Dockerfile, place: StagePlace, shipping: (stage: Stage) => Shipping): Told {
  const { kind, stage } = place;
  if (kind === 'copy' || kind === 'mount') return toldOfSource(dockerfile, place, shipping);
  const { given, image, name, parent } = stage;
  if (!given) {
    if (kind === 'name') return toldOfStage(dockerfile, stage, shipping);
    if (parent.kind === 'stage') return toldOfStage(dockerfile, dockerfile.stages[parent.stage]!, shipping);
  }
  const base = baseOf(dockerfile, stage);
  return {
    given: given && describeGiven(given.context, image?.value ?? '', given.replaces ? name?.text : undefined),
    known: base && describeBase(base, today()),
    image: baseImage(dockerfile, stage),
  };
}

function toldOfStage(dockerfile: Dockerfile, stage: Stage, shipping: (stage: Stage) => Shipping): Told {
  const known = describeStage(dockerfile, stage, shipping(stage), today());
  return { given: undefined, known, image: baseImage(dockerfile, stage) };
}

function toldOfSource(
  dockerfile: Dockerfile,
  { kind, stage, text, means }: StagePlace,
  shipping: (stage: Stage) => Shipping,
): Told {
  const replaced = dockerfile.stages[means ?? -1]?.given;
  const context =
    means === undefined ? contextNamed(dockerfile, text) : replaced?.replaces ? replaced.context : undefined;
  const given = context && describeGiven(context, text, means === undefined ? undefined : text);
  const source = sourceNamed(dockerfile, stage, text, kind === 'copy' ? stageNumber(text) : undefined);
  if (source.kind === 'unknown') return { given };
  if (source.kind === 'stage') return { ...toldOfStage(dockerfile, dockerfile.stages[source.stage]!, shipping), given };
  const base = findBase(source.reference);
  const isWord = !given && !/[:/@]/.test(text);
  const known = base ? describeBase(base, today()) : isWord ? describeImage(text) : undefined;
  return { given, known, image: { kind: 'image', name: source.reference } };
}

function shippingOf(
  dockerfile: Dockerfile,
  { index }: Stage,
  { targets, development }: { readonly targets: readonly number[]; readonly development: readonly number[] },
): Shipping {
  if (targets.includes(index)) return 'target';
  if (shippedBy(dockerfile, targets).has(index)) return 'below a target';
  return development.includes(index) ? 'development' : 'no';
}

function baseImage(dockerfile: Dockerfile, stage: Stage): BaseOfStage {
  const root = rootStage(dockerfile, stage);
  const { parent, given } = root;
  if (parent.kind === 'unknown' && given) return { kind: 'given' };
  if (parent.kind !== 'image') return { kind: parent.kind === 'scratch' ? 'scratch' : 'unknown' };
  const wanted = wantedBy(root);
  return { kind: 'image', name: parent.reference, ...(wanted && { platform: wanted }) };
}

/** What FROM asks for, as images name it. Undefined: nothing, or what only the builder knows, such as `$BUILDPLATFORM`. */
const wantedBy = ({ builtFor }: Stage): string | undefined =>
  builtFor.kind === 'fixed'
    ? [builtFor.os, builtFor.architecture, builtFor.variant].filter((part) => part !== '').join('/')
    : undefined;

/** Markdown. Of the name nothing is left that could end the link: all but letters, digits, `-`, `_`, `.` and `~` is escaped. */
function exploreLink(
  { name, platform }: { readonly name: string; readonly platform?: string },
  { kind, means }: StagePlace,
): string {
  const input = encodeURIComponent(JSON.stringify(platform ? [name, platform] : [name])).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  const what = (kind === 'copy' || kind === 'mount') && means === undefined ? 'image' : 'base';
  return `[Explore this ${what}](command:${exploreBaseCommand}?${input} "Shows what is in the image")`;
}
