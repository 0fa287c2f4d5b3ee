/** A script or a jar is named as the program, on a base whose entrypoint is not the interpreter for it. */
import { scriptNeeds, startsByThemselves } from './entrypoint-script.ts';
import { isInterpreted, noProgram } from './interpreted.ts';
import type { Rule } from './rule.ts';
import { startsOf } from './starts.ts';

export const missingInterpreter: Rule = {
  id: 'missing-interpreter',
  group: 'cannot start',
  severity: 'error',
  why: 'Only some images start their interpreter by themselves. On the others a script or a jar is no program: it has to stand after the interpreter that runs it, unless the first line of the script names one that is in the image.',
  example: {
    before: 'FROM dhi.io/node:24-debian13\nCOPY . .\nUSER 1000:1000\nCMD ["server.js"]\n',
    after: 'FROM dhi.io/node:24-debian13\nCOPY . .\nUSER 1000:1000\nCMD ["node", "server.js"]\n',
  },
  needs: (dockerfile) => scriptNeeds(dockerfile).filter(isInterpreted),
  *check(check) {
    const { dockerfile, base } = check;
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      // Elsewhere a first line “#!/usr/bin/env node” may find its interpreter.
      if (image?.hasShell !== false) continue;
      for (const { words, role, instruction } of startsOf(dockerfile, stage, image)) {
        const [first] = words;
        const trouble =
          role === 'program' && first ? noProgram(first, image, 'and nothing here starts that') : undefined;
        if (trouble && !startsByThemselves(check, stage).has(instruction)) yield trouble;
      }
    }
  },
};
