/** A file that holds keys or passwords is copied into what ships. */
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { copySource, flag } from '../dockerfile/queries.ts';
import type { ContextFiles, Rule } from './rule.ts';

export const secretFile: Rule = {
  id: 'secret-file',
  group: 'does not belong',
  severity: 'warning',
  why: 'A key or password in the image is known to everyone who can pull it, and stays in its layer even when a later instruction removes the file.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nCOPY .env /.env\nENTRYPOINT ["/app"]\n',
  },
  needs: ({ stages }) => stages.flatMap((stage) => [...suspects(stage)]).map(pathOf),
  *check({ dockerfile, shipped, context }) {
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index)) continue;
      for (const word of [...suspects(stage), ...copiedSecrets(dockerfile, stage)]) {
        if (isHarmless(word, context)) continue;
        yield {
          message: `“${word.value}” usually holds secrets, and here it becomes part of what ships. Give it to the container when it starts, or to a RUN with --mount=type=secret.`,
          range: word.range,
        };
      }
    }
  },
};

function* suspects({ instructions }: Stage): Iterable<Word> {
  for (const instruction of instructions) {
    const { keyword, args } = instruction;
    if ((keyword !== 'COPY' && keyword !== 'ADD') || isKeyring(instruction)) continue;
    if (flag(instruction, 'from')) continue;
    for (const word of args.slice(0, -1)) if (isSecret(word.value)) yield word;
  }
}

/** From a build stage, where they came with the rest of the context. */
function* copiedSecrets(dockerfile: Dockerfile, stage: Stage): Iterable<Word> {
  for (const instruction of stage.instructions) {
    if (instruction.keyword !== 'COPY' || instruction.flags.length === 0 || isKeyring(instruction)) continue;
    if (copySource(dockerfile, stage, instruction)?.kind !== 'stage') continue;
    for (const word of instruction.args.slice(0, -1)) if (ENV_FILE.test(word.value)) yield word;
  }
}

/** Other secrets of a build stage may have been made there, to be known. */
const ENV_FILE = /(^|\/)\.env(\.(local|production|prod))?$/i;

const SECRETS =
  /(^|\/)(\.env|\.env\.(local|production|prod)|\.netrc|\.pypirc|\.git-credentials|\.pgpass|\.htpasswd|\.aws(\/credentials)?|\.ssh|\.docker\/config\.json|\.npmrc|id_(rsa|dsa|ecdsa|ed25519)|[^/]*[-_.]?(private|priv)[-_.]?key[^/]*\.pem|([^/]*[-_.])?key\.pem|[^/]+\.(key|p12|pfx))\/?$/i;
const HARMLESS_NAME =
  /(pub|public|sign|signing|release|gpg|asc|archive|apt|rsa\.pub|sample|example|template|dist|test)/i;

const isSecret = (path: string) => SECRETS.test(path) && !HARMLESS_NAME.test(path.slice(path.lastIndexOf('/') + 1));

/** Keys by which packages are checked are meant to be known. */
const isKeyring = ({ args }: Instruction) =>
  /\/(apt|apk|keyrings?|gnupg|rpm-gpg|pki)(\/|$)/.test(args.at(-1)?.value ?? '');

const pathOf = ({ value }: Word) => value.replace(/^(\.?\/)+/, '').replace(/(?<!\/)\/+$/, '');

/** Where the file can be read, it decides. An .npmrc without a token only says which registry to ask, so that is told only where it can be read. */
function isHarmless(word: Word, context: ContextFiles): boolean {
  const file = context.get(pathOf(word));
  const path = pathOf(word);
  if (/\.npmrc$/.test(path)) return !file || !/_(authToken|password|auth)\s*=\s*[^$\s]/.test(file.text);
  if (!file) return false;
  if (/\.(pem|key)$/i.test(path)) return !/PRIVATE KEY/.test(file.text);
  return file.text.trim() === '';
}
