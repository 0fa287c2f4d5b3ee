/** Where files of the build context end up in the image. */
import { matchesName } from '../dockerfile/glob.ts';
import { resolvePath } from './paths.ts';
import type { Subject } from './subject.ts';

export interface ContextFile {
  /** Relative to the build context. */
  readonly path: string;
  /** In the image. */
  readonly folder: string;
}

/** The places from which COPY and ADD may bring a file of that name, in the order of the file. */
export function filesNamed(subject: Subject, name: string): readonly ContextFile[] {
  const found: ContextFile[] = [];
  for (const { copy } of subject.steps) {
    if (!copy || copy.from !== undefined || copy.destination === undefined) continue;
    for (const source of copy.sources) {
      const path = resolvePath('/', source).slice(1);
      const slash = path.lastIndexOf('/');
      const [before, last] = [path.slice(0, slash + 1), path.slice(slash + 1)];
      if (/^https?:|^git@|^<<|\$/.test(source)) continue;
      if (last === name)
        found.push({ path, folder: copy.intoFolder ? copy.destination : folderBefore(copy.destination) });
      else if (/[*?]/.test(last)) {
        if (matchesName(last, name)) found.push({ path: before + name, folder: copy.destination });
      } else if (!/[*?]/.test(path) && !/\.\w+$/.test(last)) {
        found.push({ path: path === '' ? name : `${path}/${name}`, folder: copy.destination });
      }
    }
  }
  return found;
}

const folderBefore = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';
