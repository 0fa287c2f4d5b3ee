/** `npm run bench`: prints speed and memory. Figures are read by people; no test depends on them. Arguments name the parts to run: editing, scaling, converting, opening, looking, comparing, typing; others, parts of names of the shapes that scaling measures. */
import { availableParallelism, cpus } from 'node:os';
import { benchComparing } from './comparing.ts';
import { benchConverting } from './converting.ts';
import { benchEditing } from './editing.ts';
import { benchLooking } from './looking.ts';
import { benchOpening } from './opening.ts';
import { benchScaling } from './scaling.ts';
import { benchTyping } from './typing.ts';

const given = process.argv.slice(2);
const parts = {
  editing: benchEditing,
  scaling: () => benchScaling(given.filter((name) => !(name in parts))),
  converting: benchConverting,
  opening: benchOpening,
  looking: benchLooking,
  comparing: benchComparing,
  typing: benchTyping,
};
const asked = given.filter((name) => name in parts);
console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}\n`);
for (const [name, bench] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await bench();
