/** HEALTHCHECK calls a program that the base does not have. */
import { replace } from './edits.ts';
import { noProgram } from './interpreted.ts';
import { missingIn } from './programs.ts';
import type { Rule } from './rule.ts';

export const healthcheckProgram: Rule = {
  id: 'healthcheck-program',
  group: 'structure',
  severity: 'error',
  why: 'A check whose program is not in the image fails each time, so the container is reported as unhealthy for ever, however well it runs.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nHEALTHCHECK CMD ["curl", "--fail", "http://localhost:8080/"]\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const instruction = stage.instructions.findLast(({ keyword }) => keyword === 'HEALTHCHECK');
      if (instruction?.command?.kind !== 'exec') continue;
      const [program] = instruction.command.words;
      const image = base(stage);
      const last = stage.instructions.at(-1);
      // What is copied after the HEALTHCHECK is there too when it runs.
      if (!image || !program || !last || last.keyword === 'COPY' || last.keyword === 'ADD') continue;
      const missing = missingIn(dockerfile, stage, last, image, program.value);
      if (!missing) {
        const script =
          image.hasShell === false && noProgram(program, image, 'so the container would always be unhealthy');
        if (script) yield script;
        continue;
      }
      const { instead } = missing;
      yield {
        message: instead
          ? `“${image.reference}” has no “${program.value}”${program.value.includes('/') ? '' : ' on its PATH'}, so the container would always be unhealthy. Call it as “${instead}”.`
          : `“${image.reference}” has no “${program.value}”, so the container would always be unhealthy. Let the application check itself, or leave the check to what runs the container.`,
        range: program.range,
        fixes: instead
          ? [{ title: `Call it as “${instead}”`, edits: [replace(program.range, JSON.stringify(instead))] }]
          : [],
      };
    }
  },
};
