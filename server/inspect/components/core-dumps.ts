/** The memory of a program that crashed. Many files are named “core”; these have the header of a dump. */
import type { Flag } from '../report.ts';
import type { Category } from './component.ts';

export const coreDumps: Category = {
  id: 'backup-files',
  *find({ files, known }) {
    if (!known) return;
    for (let node = 1; node < files.count; node++) {
      if (/^(core(\.\d+)?|vmcore)$/.test(files.name(node)) && files.has(node) && known.isCoreDump(node))
        yield { node, flag };
    }
  },
};

const flag: Flag = {
  category: 'backup-files',
  severity: 'warning',
  title: 'Memory of a program that crashed',
  why: 'It holds whatever the program had in memory, passwords and keys included.',
  remedy: 'Delete it in the RUN that made it.',
};
