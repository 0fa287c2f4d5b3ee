/** `npm run bench`: prints speed and memory. Figures are read by people; no test depends on them. */
import { availableParallelism, cpus } from 'node:os';
import { benchComparing } from './comparing.ts';
import { benchConverting } from './converting.ts';
import { benchEditing } from './editing.ts';
import { benchOpening } from './opening.ts';
import { benchScaling } from './scaling.ts';

console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model.trim()}\n`);
await benchEditing();
benchScaling();
benchConverting();
await benchOpening();
await benchComparing();
