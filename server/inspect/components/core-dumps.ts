/** The memory of a program that crashed. Many files are named “core”; these have the header of a dump. */
import type { Flag } from '../report.ts';
import type { Category } from './component.ts';

export const coreDumps: Category = {
  id: 'backup-files',
  *find({ files, known }) {
    for (const node of known?.coreDumps ?? [])
      if (/^(core(\.\d+)?|vmcore)$/.test(files.name(node)) && files.has(node)) yield { node, flag };
  },
};

const flag: Flag = {
  category: 'backup-files',
  severity: 'warning',
  title: 'Memory of a program that crashed',
  why: 'It holds whatever the program had in memory, passwords and keys included.',
  remedy: 'Delete it in the RUN that made it.',
};
