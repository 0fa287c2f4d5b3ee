/**
 * On which Debian the official image of each Python is built. A tag without the name of a release means another one as time goes by, and what
 * is no longer built stays as it was last. From the history of docker-library/official-images@library/python up to August 2026; the image of
 * one version has the same tags with and without `slim`.
 */

/** Of each release line: the first patch whose tags meant that Debian. Its tags with the release written out exist from there on. */
const RELEASES: Readonly<Record<string, readonly (readonly [patch: number, codename: string])[]>> = {
  '3.6': [
    [5, 'stretch'],
    [9, 'buster'],
    [14, 'bullseye'],
  ],
  '3.7': [
    [0, 'stretch'],
    [4, 'buster'],
    [11, 'bullseye'],
    [17, 'bookworm'],
  ],
  '3.8': [
    [0, 'buster'],
    [11, 'bullseye'],
    [17, 'bookworm'],
  ],
  '3.9': [
    [0, 'buster'],
    [6, 'bullseye'],
    [17, 'bookworm'],
    [23, 'trixie'],
  ],
  '3.10': [
    [0, 'bullseye'],
    [12, 'bookworm'],
    [18, 'trixie'],
  ],
  '3.11': [
    [0, 'bullseye'],
    [4, 'bookworm'],
    [13, 'trixie'],
  ],
  '3.12': [
    [0, 'bookworm'],
    [11, 'trixie'],
  ],
  '3.13': [
    [0, 'bookworm'],
    [6, 'trixie'],
  ],
  '3.14': [[0, 'trixie']],
};

/** `version` is as in the tag: `3.12`, `3.12.1`, `3`. Undefined: not in the data. */
export function debianOfPython(version: string): string | undefined {
  const [major = '', minor, patch] = version.split('.');
  if (minor === undefined) return major === '3' ? 'trixie' : undefined;
  const releases = RELEASES[`${major}.${minor}`];
  if (patch === undefined) return releases?.at(-1)?.[1];
  return releases?.findLast(([first]) => first <= Number(patch))?.[1];
}

/** Images of these releases were made before February 2023, or may have been: their python finds its own library by a cache only. */
export const WITHOUT_RUNPATH: ReadonlySet<string> = new Set(['stretch', 'buster', 'bullseye']);
