/** The program of a scratch image may need files that every other image has. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { copySource, lastOf, rootStage } from '../dockerfile/queries.ts';
import { chainOf, copiesOf, mayBring } from './copies.ts';
import { insertAfter, keywordLike } from './edits.ts';
import type { Check, Fix, Rule } from './rule.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const ZONES = '/usr/share/zoneinfo';

export const bareScratch: Rule = {
  id: 'bare-scratch',
  group: 'cannot find',
  severity: 'hint',
  why: '“scratch” holds nothing at all. Without CA certificates every TLS connection that the program opens fails, without time zones it knows only UTC, and without /tmp it cannot make temporary files.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM scratch\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const seen = new Set<Stage>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      if (!stage) continue;
      const root = rootStage(check.dockerfile, stage);
      if (!root.image || root.parent.kind !== 'scratch' || seen.has(root)) continue;
      seen.add(root);
      const builder = builderOf(check, stage);
      if (!builder) continue;
      const zone = missingZone(check, stage);
      const certificates = lacksCertificates(check, stage);
      if (!zone && !certificates) continue;
      const { range } = root.image;
      if (zone) {
        yield {
          message: `TZ is “${zone}”, but “scratch” has no time zones${certificates ? ' and no CA certificates' : ''}, so the program takes UTC. Copy ${ZONES} into the image, or start from an image that has it, such as gcr.io/distroless/static-debian13.`,
          range,
          severity: 'warning',
        };
      } else {
        yield {
          message: `“scratch” has no CA certificates, no time zones and no /tmp: a program that opens TLS connections, for one, cannot check whom it talks to. Copy what it needs, or start from an image that has them, such as gcr.io/distroless/static-debian13.`,
          range,
          fixes: copyCertificates(check, root, builder),
        };
      }
    }
  },
};

/** The stage of a Go or Rust compiler from which the image has its program. */
function builderOf(check: Check, stage: Stage): Stage | undefined {
  const { dockerfile } = check;
  const start = (lastOf(dockerfile, stage, 'ENTRYPOINT') ?? lastOf(dockerfile, stage, 'CMD'))?.instruction.command;
  if (!start || (start.kind === 'exec' && start.words[0]?.value.endsWith('.wasm'))) return undefined;
  for (const link of chainOf(dockerfile, stage)) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'COPY') continue;
      const source = copySource(dockerfile, link, instruction);
      const from = source?.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
      const language = from && check.base(from)?.runtime?.language;
      if (language === 'go' || language === 'rust') return from;
    }
  }
  return undefined;
}

function lacksCertificates(check: Check, stage: Stage): boolean {
  const env = environment(check.dockerfile, stage);
  if (env.has('SSL_CERT_FILE') || env.has('SSL_CERT_DIR')) return false;
  return !copiesOf(check, stage).some(
    (copy) =>
      mayBring(copy, CERTIFICATES) ||
      [copy.destination, ...copy.sources].some(
        (path) => path !== undefined && /(^|\/)(ssl|pki|certs?)(\/|$)|\.(crt|pem)$/.test(path),
      ),
  );
}

/** The time zone that the file asks for and the image does not have. */
function missingZone(check: Check, stage: Stage): string | undefined {
  const env = environment(check.dockerfile, stage);
  const zone = env.get('TZ');
  if (!zone || /^(:?(Etc\/)?(UTC|GMT|UCT|Zulu)|UTC0)$/i.test(zone) || env.has('ZONEINFO')) return undefined;
  // Go puts the time zones into the program with this build tag.
  if (check.dockerfile.stages.some(({ instructions }) => instructions.some((it) => runsWith(it, 'timetzdata'))))
    return undefined;
  return copiesOf(check, stage).some((copy) => mayBring(copy, ZONES)) ? undefined : zone;
}

function runsWith({ keyword, command, heredocs }: Instruction, text: string): boolean {
  if (keyword !== 'RUN' && keyword !== 'ENV') return false;
  const own = command?.kind === 'shell' ? command.text : (command?.words ?? []).map(({ value }) => value).join(' ');
  return own.includes(text) || heredocs.some(({ content }) => content.includes(text));
}

/** Only from the official images, which have them at this place. */
function copyCertificates({ dockerfile, base }: Check, root: Stage, builder: Stage): readonly Fix[] {
  const name = base(builder)?.name;
  if ((name !== 'golang' && name !== 'rust') || builder.index >= root.index) return [];
  const copy = keywordLike(dockerfile, root, 'COPY');
  const line = `${copy} --from=${nameOf(dockerfile, builder)} ${CERTIFICATES} ${CERTIFICATES}`;
  return [{ title: 'Copy the CA certificates of the build stage', edits: [insertAfter(dockerfile, root.from, line)] }];
}

/** Its name, unless a later stage has the same; else its number. */
function nameOf({ stages }: Dockerfile, { name, index }: Stage): string {
  const own = name?.text.toLowerCase();
  const last = stages.findLast((stage) => stage.name?.text.toLowerCase() === own);
  return name && last?.index === index ? name.text : String(index);
}
