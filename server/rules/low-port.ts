/** EXPOSE names a port that only root may open in many places. */
import type { Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { chainOf } from './copies.ts';
import type { Check, Rule } from './rule.ts';
import { runCommands } from './run.ts';
import { userOf } from './users.ts';

export const lowPort: Rule = {
  id: 'low-port',
  group: 'not allowed',
  severity: 'info',
  why: 'Ports below 1024 belong to root. Docker has let every user of a container open them since 20.10, but not every Kubernetes cluster, and not a container that uses the host’s network.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY server /server\nEXPOSE 443\nENTRYPOINT ["/server"]\n',
  },
  *check(check) {
    if (isAllowed(check)) return;
    const seen = new Set<Word>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const user = stage && userOf(check, stage);
      if (!user || user.root) continue;
      const who = user.id ?? user.name;
      for (const { port, word } of lowPorts(check, stage)) {
        if (seen.has(word)) continue;
        seen.add(word);
        yield {
          message: `The container runs as ${who}, who may open port ${port} in Docker 20.10 and later, but not in every Kubernetes cluster. Listen on a port from 1024 up, such as ${port < 1000 ? 8000 + port : 8080}, and let the service map it.`,
          range: word.range,
        };
      }
    }
  },
};

/** With `setcap cap_net_bind_service=+ep` the file itself may open them, and COPY keeps that. */
const isAllowed = ({ dockerfile }: Check) =>
  dockerfile.stages.some(({ instructions }) =>
    instructions.some((instruction) =>
      runCommands(instruction).some(
        ({ name, words }) => name === 'setcap' && words.some(({ value }) => value.includes('cap_net_bind_service')),
      ),
    ),
  );

function* lowPorts({ dockerfile }: Check, stage: Stage): Generator<{ port: number; word: Word }> {
  for (const link of chainOf(dockerfile, stage)) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'EXPOSE') continue;
      for (const word of instruction.args) {
        const first = /^(\d{1,5})(-\d+)?(\/\w+)?$/.exec(expanded(dockerfile, link, instruction, word) ?? '')?.[1];
        const port = Number(first);
        if (first && port > 0 && port < 1024) yield { port, word };
      }
    }
  }
}
