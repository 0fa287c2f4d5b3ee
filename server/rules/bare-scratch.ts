/** The program of a scratch image may need files that every other image has. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { type Environment, environment } from '../dockerfile/environment.ts';
import { copySource, lastOf, rootStage } from '../dockerfile/queries.ts';
import { wordsIn } from '../dockerfile/run-scripts.ts';
import { chainOf, copiesOf, mayBring } from './copies.ts';
import { insertAfter, keywordLike } from './edits.ts';
import { linkageNeeds } from './linkage.ts';
import type { Check, Fix, Rule, Severity } from './rule.ts';
import { nameOf } from './stage-names.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const ZONES = '/usr/share/zoneinfo';
const NSSWITCH = '/etc/nsswitch.conf';

export const bareScratch: Rule = {
  id: 'bare-scratch',
  group: 'cannot find',
  severity: 'hint',
  why: '“scratch” holds nothing at all. Without CA certificates every TLS connection that the program opens fails, without time zones it knows only UTC, without /tmp it cannot make temporary files, and without /etc/passwd nobody has a name. A missing /etc/nsswitch.conf is told only where it matters: programs of Go before 1.16 then ask DNS before /etc/hosts. Those of Go 1.16 and later, of musl, and of glibc from 2.36 on (Debian 12) read /etc/hosts first without it.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM scratch\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
  },
  needs: (dockerfile) =>
    dockerfile.stages.some(({ parent }) => parent.kind === 'scratch') ? programNeeds(dockerfile) : [],
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
      const { range } = root.image;
      for (const lack of [zones, hosts, accounts, certificates]) {
        const found = lack({ check, stage, builder, env: environment(check.dockerfile, stage) });
        if (!found) continue;
        const { file, ...trouble } = found;
        // Only the official images are known to have the files at these places.
        const name = check.base(builder)?.name;
        const isOfficial = (name === 'golang' || name === 'rust') && builder.index < root.index;
        yield { ...trouble, range, fixes: isOfficial && file ? [copying(check, root, builder, file)] : [] };
      }
    }
  },
};

interface Asked {
  readonly check: Check;
  readonly stage: Stage;
  readonly builder: Stage;
  readonly env: Environment;
}

interface Lack {
  readonly message: string;
  readonly severity?: Severity;
  /** What can be copied from an official image, as it stands there. */
  readonly file?: keyof typeof NAMES;
}

const NAMES = { [CERTIFICATES]: 'the CA certificates', [NSSWITCH]: NSSWITCH };

function certificates({ check, stage, env }: Asked): Lack | undefined {
  if (env.has('SSL_CERT_FILE') || env.has('SSL_CERT_DIR')) return undefined;
  // The program has certificates of its own.
  if (mentions(check, /golang\.org\/x\/crypto\/x509roots\/fallback|^[ \t]*webpki-roots\b|"[^"]*webpki-roots[^"]*"/m))
    return undefined;
  const isBrought = copiesOf(check, stage).some(
    (copy) =>
      mayBring(copy, CERTIFICATES) ||
      [copy.destination, ...copy.sources].some(
        (path) => path !== undefined && /(^|\/)(ssl|pki|certs?)(\/|$)|\.(crt|pem)$/.test(path),
      ),
  );
  return isBrought
    ? undefined
    : {
        message:
          '“scratch” has no CA certificates, no time zones and no /tmp: a program that opens TLS connections, for one, cannot check whom it talks to. Copy what it needs, or start from an image that has them, such as gcr.io/distroless/static-debian13.',
        file: CERTIFICATES,
      };
}

/** The time zone that the file asks for and the image does not have. */
function zones({ check, stage, builder, env }: Asked): Lack | undefined {
  const zone = env.get('TZ');
  if (!zone || /^(:?(Etc\/)?(UTC|GMT|UCT|Zulu)|UTC0)$/i.test(zone) || env.has('ZONEINFO')) return undefined;
  // Go puts the time zones into the program with this build tag, or with this import.
  if (check.dockerfile.stages.some(({ instructions }) => instructions.some((it) => hasTag(it, 'timetzdata'))))
    return undefined;
  if (mentions(check, /"time\/tzdata"/) || copiesOf(check, stage).some((copy) => mayBring(copy, ZONES)))
    return undefined;
  const isGo = check.base(builder)?.runtime?.language === 'go';
  return {
    message: `TZ is “${zone}”, but “scratch” has no time zones, so the program takes UTC${isGo ? ', unless it imports “time/tzdata”' : ''}. Copy ${ZONES} into the image, or start from an image that has it, such as gcr.io/distroless/static-debian13.`,
    severity: 'warning',
  };
}

/**
 * Who reads /etc/nsswitch.conf and what is taken without it: golang/go#35305 (mended in Go 1.16), glibc’s nss/nss_database.c. Tried in an
 * empty root with a name that DNS and /etc/hosts answer differently: Go 1.15.15 took DNS; Go 1.16.15, Go 1.26 and static glibc 2.36 did not.
 */
function hosts({ check, stage, builder }: Asked): Lack | undefined {
  const { runtime, os } = check.base(builder) ?? {};
  const [major = 0, minor] = (runtime?.version ?? '').split('.').map(Number);
  if (runtime?.language !== 'go' || major !== 1 || minor === undefined || !(minor < 16)) return undefined;
  if (copiesOf(check, stage).some((copy) => mayBring(copy, NSSWITCH))) return undefined;
  return {
    message: `A program of Go ${runtime.version} asks DNS before /etc/hosts where there is no /etc/nsswitch.conf, so “localhost” and the names of --add-host may lead elsewhere. Build it with Go 1.16 or later, or copy ${NSSWITCH} into the image.`,
    severity: 'warning',
    // docker-library/golang#217: the Alpine images have one from 1.10.2 on, the Debian ones had it always.
    ...((os?.libc === 'glibc' || minor > 10) && { file: NSSWITCH }),
  };
}

/** Go’s os/user without cgo, which scratch has no library for: with neither /etc/passwd nor USER, Current() is an error. */
function accounts({ check, stage, env }: Asked): Lack | undefined {
  if (env.has('USER') || !mentions(check, /^[ \t]*(import[ \t]+)?(\w+[ \t]+)?"os\/user"[ \t\r]*$/m)) return undefined;
  if (copiesOf(check, stage).some((copy) => mayBring(copy, '/etc/passwd'))) return undefined;
  return {
    message:
      'The program imports “os/user”, and “scratch” has no /etc/passwd: user.Current() is an error unless USER is set, and nobody is found by name. Set USER with ENV, or copy an /etc/passwd into the image.',
    severity: 'warning',
  };
}

/** Whether a file that tells what is built says so. */
const mentions = ({ context }: Check, what: RegExp) =>
  [...context].some(([path, file]) => PROGRAM.test(path) && file && what.test(file.text));

const PROGRAM = /\.go$|^go\.mod$|^Cargo\.toml$/;

function programNeeds(dockerfile: Dockerfile): readonly string[] {
  const needs = linkageNeeds(dockerfile);
  return needs.some((path) => path.startsWith('.cargo/')) ? [...needs, 'Cargo.toml'] : needs;
}

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

/** A tag for the Go compiler: `-tags timetzdata`, `GOFLAGS=-tags=a,timetzdata`. */
const hasTag = (instruction: Instruction, tag: string) =>
  /^(RUN|ENV)$/.test(instruction.keyword) && wordsIn(instruction).some((word) => word.split(/[\s,="']/).includes(tag));

function copying({ dockerfile }: Check, root: Stage, builder: Stage, file: keyof typeof NAMES): Fix {
  const line = `${keywordLike(dockerfile, root, 'COPY')} --from=${nameOf(dockerfile, builder)} ${file} ${file}`;
  return {
    title: `Copy ${NAMES[file]} of the build stage`,
    edits: [insertAfter(dockerfile, root.from, line)],
  };
}
