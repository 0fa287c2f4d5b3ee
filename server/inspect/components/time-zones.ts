/** Time zones are large, and wanted: they are shown, not blamed. */
import { at } from '../paths.ts';
import type { Flag } from '../report.ts';
import type { Category } from './component.ts';

export const timeZones: Category = {
  id: 'tzdata-extra',
  *find(look) {
    for (const node of at(look, ['/usr/share/zoneinfo'])) if (look.files.size(node) > 0) yield { node, flag };
  },
};

const flag: Flag = {
  category: 'tzdata-extra',
  severity: 'hint',
  title: 'Time zones',
  why: 'They say how local time is reckoned, for whatever asks for another than UTC.',
  remedy: 'Keep them, unless all is in UTC, or the application brings its own.',
};
