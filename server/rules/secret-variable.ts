/** ARG or ENV whose name says that its value is a secret. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Range } from '../dockerfile/text.ts';
import type { Rule } from './rule.ts';

export const secretVariable: Rule = {
  id: 'secret-variable',
  group: 'does not belong',
  severity: 'warning',
  buildkit: 'SecretsUsedInArgOrEnv',
  why: 'Values of ENV are in the configuration of the image and those of ARG in its history, where everyone who can pull it reads them.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nENV API_TOKEN=example\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, shipped }) {
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        const { keyword } = instruction;
        if (keyword !== 'ARG' && keyword !== 'ENV') continue;
        for (const { name, value, word } of assignments(instruction)) {
          if (
            !SECRET.test(name) ||
            HARMLESS.test(name) ||
            isFingerprint(name, value) ||
            isPath(value) ||
            isSwitch(value)
          )
            continue;
          const { start } = word.range;
          const range: Range = { start, end: { line: start.line, character: start.character + name.length } };
          if (keyword === 'ENV' && /^(""|'')?$/.test(value ?? '')) {
            const message = `“${name}” sounds like a secret. Here it is empty, and nothing can be read: give it its value when the container starts, not here.`;
            yield { message, range, severity: 'hint' };
            continue;
          }
          if (!shipped.has(stage.index)) {
            const message = `“${name}” sounds like a secret. This stage does not ship, but its value is kept in what is recorded of the build, such as its provenance. Hand it to the RUN that needs it with --mount=type=secret.`;
            yield { message, range };
            continue;
          }
          yield {
            message:
              keyword === 'ARG'
                ? `“${name}” sounds like a secret, and what an ARG is given can be read in the history of the image. Hand it to the RUN that needs it with --mount=type=secret.`
                : `“${name}” sounds like a secret, and the value of an ENV can be read in the image. Give it to the container when it starts, or to a RUN with --mount=type=secret.`,
            range,
          };
        }
      }
    }
  },
};

/** The words of BuildKit's own check (frontend/dockerfile/dockerfile2llb/convert.go), as one of the words that make up the name. */
const SECRET = /(^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)/i;
/** What is about a secret, and what .NET calls the key of a pair: `Filters__0__Key`. */
const HARMLESS =
  /(^|_)(public|publishable|file|version)(_|$)|_(ver|user|username|name|type|path|dir|url)$|__\d+__key$/i;

/** `GPG_KEY=…` of the official images: the fingerprint of a key, made to be known. */
function isFingerprint(name: string, value: string | undefined): boolean {
  return /(^|_)(gpg|pgp)_keys?(_|$)/i.test(name) || /^["']?(0x)?([0-9A-F]{40}|[0-9A-F]{16})["']?$/i.test(value ?? '');
}

/** `TLS_KEY=/certs/server.key` says where the secret will be. */
const isPath = (value = '') => /^["']?\/[\w.-]+\/[\w.-][\w./-]*["']?$/.test(value) && !value.includes('//');

/** `ANSIBLE_HOST_KEY_CHECKING=False` turns something on or off, `PASSWORD_MIN_LENGTH=8` counts. */
const isSwitch = (value: string | undefined) =>
  /^["']?(true|false|yes|no|on|off|enabled|disabled|\d{1,3})["']?$/i.test(value ?? '');
