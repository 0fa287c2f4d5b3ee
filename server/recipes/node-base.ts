/** Which Node.js the program ran on, and the image that goes on running it: another version is never chosen silently. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { lifecycle } from '../bases/lifecycle.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { leaveAlpine } from './alpine.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, note } from './draft.ts';
import { declineFamily, imageOf } from './families.ts';
import { readInstall } from './packages.ts';
import { hasOpenTag } from './stage-variables.ts';
import type { Builder, Subject } from './subject.ts';

export interface NodeRuntime {
  readonly image: Base;
  /** How node is called in it. */
  readonly node: string;
  /** The image starts node by itself: CMD is what comes after. */
  readonly starts: boolean;
  /** Where the user's own image has it, if that one is taken along. */
  readonly interpreter: string | undefined;
}

/** `draft.cut` must be known. Undefined: declined. */
export function settleNodeBase(draft: Draft, family: Family | undefined): NodeRuntime | undefined {
  const { subject } = draft;
  const { base: builder, stage } = subject;
  const { line } = stage.from.range.start;
  const shown = (rootStage(subject.dockerfile, stage).image?.value ?? '').replace(/@.*/, '');
  if (builder?.runtime?.language !== 'node') {
    const installed = subject.steps
      .flatMap(({ commands }) => commands)
      .find((command) => readInstall(command)?.names.includes('nodejs'));
    if (installed) {
      decline(
        draft,
        installed.line,
        `Which Node.js the package “nodejs” brings, no line says; it changes with “${shown}”. Ship what an official image of one version has: FROM node:24.`,
      );
      return undefined;
    }
    decline(
      draft,
      line,
      `Which Node.js “${shown}” runs cannot be told. Build on an official image that names it, such as node:24.`,
    );
    return undefined;
  }
  const major = Number.parseInt(builder.runtime.version ?? '', 10);
  if (Number.isNaN(major)) {
    decline(
      draft,
      line,
      `Which Node.js “${shown}” is changes over time, and distroless images are of one version each. Name it, such as node:24.`,
    );
    return undefined;
  }
  const runtime = runtimeFor(draft, builder, major, family);
  if (!runtime) return undefined;
  draft.base = runtime.image;
  if (hasOpenTag(shown)) {
    note(
      draft,
      'assumption',
      line,
      `The version comes from a build argument, by default ${major}; “${runtime.image.name}” ${runtime.interpreter ? 'takes it from there' : 'does not follow it'}. A build with another version ${runtime.interpreter ? 'is not tried' : 'needs another base'}.`,
    );
  }
  return toDebian(draft) ? runtime : undefined;
}

/** Google's image of that version; where there is none, the user's own node on Google's `cc`, which has all that it links. */
function runtimeFor(draft: Draft, builder: Base, major: number, family: Family = 'google'): NodeRuntime | undefined {
  const { today, stage } = draft.subject;
  const { line } = stage.from.range.start;
  const image = imageOf(family, { language: 'node', version: `${major}` }, today);
  if (family !== 'google') {
    if (!image || image.hasShell) {
      declineFamily(draft, line, family, `image of Node.js ${major}${image ? ' without a shell' : ''}`);
      return undefined;
    }
    const starts = (image.entrypoint?.length ?? 0) > 0;
    return { image, node: image.interpreter ?? 'node', starts, interpreter: undefined };
  }
  if (image) return { image, node: image.interpreter ?? '/nodejs/bin/node', starts: true, interpreter: undefined };
  const cc = imageOf('google', 'cc', today);
  const { interpreter } = builder;
  // From 25 on it links libatomic too, which cc has not.
  if (!cc || !interpreter || major >= 25) {
    const others = builder.replacements
      .map((it) => /distroless\/nodejs(\d+)-/.exec(it)?.[1])
      .filter((it) => it !== undefined);
    const cure =
      others.length > 0 ? `Move to Node.js ${others.join(' or ')}.` : 'Move to a version that is still maintained.';
    decline(
      draft,
      line,
      `Google has no distroless image of Node.js ${major}, and another version may not run the program. ${cure}`,
    );
    return undefined;
  }
  const life = lifecycle(builder, today);
  const ended = life.kind === 'ended' ? ` Node.js ${major} has had no fixes since ${life.date}.` : '';
  note(
    draft,
    'risk',
    line,
    `Google has no image of Node.js ${major}, so /usr/local/bin/node of your own image is copied onto “cc”, which has the libraries that it links. It is as new as that image, and no scanner finds it by a package.${ended}`,
  );
  return { image: cc, node: 'node', starts: false, interpreter };
}

const WHY =
  'Alpine’s C library (musl) is not that of Google’s images, and neither native addons nor a node that are built on it run there';

/** Native addons of Alpine do not load on glibc, so every stage that makes something for the program moves to Debian. */
function toDebian(draft: Draft): boolean {
  const images = new Map<Stage, string>();
  const { subject } = draft;
  let fits = true;
  for (const stage of stagesOf(subject, draft.cut < subject.inherited)) {
    const { image, from } = stage;
    const base = stage.parent.kind === 'image' ? findBase(stage.parent.reference) : undefined;
    const isMusl = base?.os?.libc === 'musl' || /alpine/.test(base?.tag ?? '');
    if (!isMusl || base?.runtime?.language !== 'node' || !image) continue;
    const slim = slimOf(image.text);
    if (slim === undefined) {
      fits = false;
      decline(
        draft,
        from.range.start.line,
        `${WHY}. Build on a Debian-based image, such as node:${base.runtime.version ?? '24'}-slim.`,
      );
      continue;
    }
    images.set(stage, slim);
    const pinned = image.text.includes('@') ? ' The digest was that of Alpine’s; pin the new one by its own.' : '';
    note(draft, 'change', from.range.start.line, `The build moves to “${slim}”, which is Debian: ${WHY}.${pinned}`);
  }
  if (images.size > 0) leaveAlpine(draft, images);
  return fits && draft.reasons.length === 0;
}

/** The official image of that version on Debian; undefined: its name does not end in Alpine's. */
export function slimOf(image: string): string | undefined {
  const plain = image.replace(/@.*$/, '');
  const found = /([-:])alpine(\d+(\.\d+)*)?$/.exec(plain);
  return found ? `${plain.slice(0, found.index)}${found[1]}slim` : undefined;
}

/** The lowest of each chain of stages from which files come. The subject's own counts unless its image is replaced. */
function stagesOf(subject: Subject, inPlace: boolean, visited = new Set<Stage>()): ReadonlySet<Stage> {
  const roots = new Set<Stage>();
  visited.add(subject.stage);
  if (!inPlace || subject.stage.parent.kind === 'stage') roots.add(rootStage(subject.dockerfile, subject.stage));
  for (const { stage, subject: other } of subject.builders) {
    if (visited.has(stage)) continue;
    for (const root of stagesOf(other, false, visited)) roots.add(root);
  }
  return roots;
}

/** A stage of the same image as the subject's, from which node can be copied; not one of the building machine's own platform. */
export function builderWithNode({ base, builders, stage, dockerfile }: Subject): Builder | undefined {
  const tag = (image: Base | undefined) => image?.tag?.replace(/-(alpine|slim|bookworm|bullseye|buster|trixie).*$/, '');
  return builders.find((it) => {
    const root = rootStage(dockerfile, it.stage);
    return (
      it.base?.interpreter !== undefined &&
      it.base.interpreter === base?.interpreter &&
      tag(it.base) === tag(base) &&
      root.platform === rootStage(dockerfile, stage).platform
    );
  });
}
