/** Which of the official images of Python a stage is built on, and the name under which that image stays what it is. */
import { findBase } from '../bases/find.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { debianOfPython } from '../facts/python-images.ts';
import { hasOpenTag } from './stage-variables.ts';

export interface PythonImage {
  /** The stage whose FROM names it. */
  readonly root: Stage;
  /** As in the tag: `3.12`, `3.12.4`, `3`; undefined where the tag does not say. */
  readonly version: string | undefined;
  /** `3.12`. */
  readonly line: string | undefined;
  readonly alpine: boolean;
  /** Of the Debian that it is, or that it becomes when it leaves Alpine; undefined: not known. */
  readonly codename: string | undefined;
  /** Debian’s own Python, from its packages: in /usr, with packages of PyPI in /usr/local/lib/python3.13/dist-packages. */
  readonly isDebians: boolean;
  /** What FROM says so that the image is on Debian, and on that release of it as long as the name is known to exist. */
  readonly text: string;
}

/** Undefined: it is none of them, and not Debian 13 either. The interpreter of the official ones is in /usr/local. */
export function pythonImage(dockerfile: Dockerfile, stage: Stage): PythonImage | undefined {
  const root = rootStage(dockerfile, stage);
  if (root.parent.kind !== 'image' || !root.image) return undefined;
  const [reference = '', digest] = root.parent.reference.split('@');
  return official(root, reference, digest) ?? uv(root, reference) ?? debian(root, reference);
}

const TAG =
  /^(?:(\d+(?:\.\d+){0,2})(?:-|$))?(?:(slim|alpine)(?:\d+\.\d+)?(?:-|$))?(trixie|bookworm|bullseye|buster|stretch)?$/;

function official(root: Stage, reference: string, digest: string | undefined): PythonImage | undefined {
  const [, tag = 'latest'] = /(?:^|\/)python(?::([\w.-]+))?$/.exec(reference) ?? [];
  const isOfficial = /^((docker\.io\/|mirror\.gcr\.io\/|public\.ecr\.aws\/docker\/)(library\/)?|library\/)?python(:|$)/;
  if (!isOfficial.test(reference)) return undefined;
  const found = TAG.exec(tag === 'latest' ? '' : tag);
  if (!found) return undefined;
  const [, version, variant, release] = found;
  const codename = release ?? debianOfPython(version ?? '3');
  return {
    root,
    version,
    line: /^\d+\.\d+/.exec(version ?? '')?.[0],
    alpine: variant === 'alpine',
    codename,
    isDebians: false,
    text: pinned(root.image!.text, { tag, variant, release, codename, digest }),
  };
}

interface Parts {
  readonly tag: string;
  readonly variant: string | undefined;
  readonly release: string | undefined;
  readonly codename: string | undefined;
  readonly digest: string | undefined;
}

function pinned(text: string, { tag, variant, release, codename, digest }: Parts): string {
  const isOpen = hasOpenTag(text);
  if (variant === 'alpine') {
    const named = text.replace(/@.*$/, '');
    const suffix = isOpen || codename === undefined ? 'slim' : `slim-${codename}`;
    return named.replace(/alpine[\d.]*$/, suffix);
  }
  if (digest !== undefined || release !== undefined || codename === undefined || isOpen) return text;
  if (tag === 'latest') return `${text.replace(/:latest$/, '')}:${codename}`;
  return `${text}-${codename}`;
}

/** Astral's images of uv, which are made from the official ones of Python. */
function uv(root: Stage, reference: string): PythonImage | undefined {
  const [, line, system = ''] = /\/astral-sh\/uv:(?:[\d.]+-)?python(3\.\d+)-([\w.-]+)$/.exec(reference) ?? [];
  const codename = /^(trixie|bookworm)(-slim)?$/.exec(system)?.[1];
  if (line === undefined || codename === undefined) return undefined;
  return { root, version: line, line, alpine: false, codename, isDebians: false, text: root.image!.text };
}

/** Debian 13 has one Python, the same that Google’s image is made of. */
function debian(root: Stage, reference: string): PythonImage | undefined {
  const base = findBase(reference);
  if (base?.name !== 'debian' || base.os?.id !== 'debian13') return undefined;
  const { text } = root.image!;
  return { root, version: '3.13', line: '3.13', alpine: false, codename: 'trixie', isDebians: true, text };
}
