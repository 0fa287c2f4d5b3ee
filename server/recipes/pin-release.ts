/** The release of Debian written into the tag of an official image, so that what it links and the base it links for stay together. */
import type { Base } from '../bases/base.ts';
import { knowledge } from '../bases/find.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { type Draft, note } from './draft.ts';
import type { Subject } from './subject.ts';

/** Where that cannot be written, the risk is said. Nothing is done for a name that does not move. */
export function pinRelease(draft: Draft, { dockerfile, stage, base }: Subject): void {
  const { image, from, given } = rootStage(dockerfile, stage);
  const codename = base?.os?.codename;
  if (
    !image ||
    !base?.os?.id.startsWith('debian') ||
    codename === undefined ||
    base.digest !== undefined ||
    namesRelease(base)
  )
    return;
  const tag = taggedWith(base, codename);
  const shown = given ? base.reference : image.value;
  const written = base.tag ?? '';
  const fits = tag !== undefined && !given && !image.text.includes('$') && image.text.endsWith(written);
  if (fits && !draft.rewritten.some(({ range }) => range === image.range)) {
    const plain = written === '' ? `${image.text}:` : image.text.slice(0, -written.length);
    draft.rewritten.push({ range: image.range, newText: `${plain}${tag}` });
    note(
      draft,
      'change',
      from.range.start.line,
      `“${shown}” was built on Debian ${base.os.version} on ${knowledge.asOf}, and will move on. With “${tag}”, builder and base stay on one release.`,
    );
    return;
  }
  note(
    draft,
    'risk',
    from.range.start.line,
    `“${shown}” is built on Debian ${base.os.version} today, and will move on. With the release in its tag (-${codename}), builder and base stay together.`,
  );
}

/** By codename, or by number: `debian:13`. */
function namesRelease({ tag = '', name, os }: Base): boolean {
  return tag.includes(os!.codename!) || (name === 'debian' && /^\d/.test(tag));
}

/** As docker-library names its tags; undefined for images of others. */
function taggedWith({ name, tag = 'latest' }: Base, codename: string): string | undefined {
  const short = name.replace(/^(mirror\.gcr\.io|public\.ecr\.aws\/docker)\/library\//, '');
  if (!OFFICIAL.has(short)) return undefined;
  if (tag === 'latest') return codename;
  if (short === 'node') return tag === 'slim' ? `${codename}-slim` : tag.replace(/(-slim)?$/, `-${codename}$1`);
  return `${tag}-${codename}`;
}

const OFFICIAL = new Set(['golang', 'node', 'python', 'ruby', 'rust']);
