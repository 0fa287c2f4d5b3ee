/** What is tried of a rule: a small project on which it speaks, what becomes of it, and what is made of it by its fixes or by hand. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** By path; a script has to say that it may be executed. */
export type Files = Readonly<Record<string, string | { readonly text: string | Buffer; readonly mode: number }>>;

/** Where it ends, and what docker, the loader or the program say then. A container that `runs` ends with status 0. */
export interface End {
  readonly at: 'build' | 'start' | 'runs';
  readonly says: RegExp;
}

export interface Project {
  readonly dockerfile: string;
  readonly files?: Files;
  /** For `docker build`. */
  readonly build?: readonly string[];
  /** For `docker run`, behind `--network=none`. */
  readonly run?: readonly string[];
  /** What its build downloads from. */
  readonly registry?: 'npm' | 'PyPI';
  /** On an engine with containerd’s store: what --link does is only seen there. */
  readonly store?: 'containerd';
  /** It compiles for long. */
  readonly slow?: true;
  /** Engine 20.10 does not do so. */
  readonly newer?: true;
  /** Not what it says is looked at, but what the program is compiled for, or what the health check comes to. */
  readonly look?: 'platform' | 'health';
}

export interface Trial extends Project {
  readonly rule: string;
  /** What of the rule it is. */
  readonly what: string;
  readonly fails: End;
  /** After each of the fixes that the editor offers, in their order; by hand where there is none. */
  readonly fixed: RegExp;
  /** Which of its findings is meant, where it says several things. */
  readonly speaks?: RegExp;
  /** The fixes are for something else that it says in the same breath. */
  readonly withoutFixes?: boolean;
  /** By hand, as the page or the message says: what is replaced by what in the Dockerfile, or in a file. */
  readonly byHand?: readonly (readonly [from: string, to: string])[];
  readonly byHandFiles?: Files;
}

/** No rule of these groups calls it an error, the one named says nothing, and it works. */
export interface NearMiss extends Project {
  readonly rule: string;
  readonly what: string;
  readonly says: RegExp;
}

/** For the table. */
export interface NotTried {
  readonly rule: string;
  readonly what: string;
  readonly why: string;
}

export const script = (text: string, mode = 0o755) => ({ text, mode });

export async function writeProject(folder: string, dockerfile: string, files: Files = {}): Promise<void> {
  for (const [path, file] of Object.entries({ Dockerfile: dockerfile, ...files })) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
    await writeFile(to, text);
    await chmod(to, mode);
  }
}
