/** How long a conversion takes: a file of one long stage, and one of many stages that copy from each other. */
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../server/recipes/convert.ts';
import { today } from '../../server/today.ts';

const RUNS = 30;

export function benchConverting(): void {
  console.log(`\nConversion of 500 lines, ms: median (slowest) of ${RUNS}, the first among them\n`);
  console.log('| file | outcome | ms |\n|---|---|---|');
  for (const [name, text] of [
    ['one stage', oneStage(500)],
    ['60 stages', manyStages(60)],
  ] as const) {
    const times: number[] = [];
    let outcome = '';
    for (let i = 0; i < RUNS; i++) {
      const dockerfile = readDockerfile(text);
      const start = performance.now();
      outcome = convert(dockerfile, { today: today() }).outcome;
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(`| ${name} | ${outcome} | ${times[RUNS / 2]!.toFixed(1)} (${times.at(-1)!.toFixed(1)}) |`);
  }
}

function oneStage(lines: number): string {
  const body = Array.from({ length: Math.floor((lines - 6) / 5) }, (_, i) =>
    [
      '# why',
      `ENV SETTING_${i}="value ${i}"`,
      `COPY folder${i} ./folder${i}`,
      `RUN npm run step${i} && mkdir -p out/${i}`,
      `LABEL label${i}=x`,
    ].join('\n'),
  );
  return `FROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n${body.join('\n')}\nEXPOSE 3000\nCMD ["node", "server.js"]\n`;
}

function manyStages(count: number): string {
  const stages = Array.from(
    { length: count },
    (_, i) =>
      `FROM ${i % 3 ? `s${i - 1}` : 'node:24-alpine'} AS s${i}\nWORKDIR /app\nCOPY package.json ./\n${i ? `COPY --from=s${i - 1} /x /x\n` : ''}RUN apk add --no-cache git && npm ci\nRUN npm run build\nENV A${i}=b\n`,
  );
  const copies = Array.from({ length: count }, (_, i) => `COPY --from=s${i} /app/${i} ./${i}`);
  return `${stages.join('')}FROM node:24-alpine\nWORKDIR /app\n${copies.join('\n')}\nCMD ["node", "0/x.js"]\n`;
}
