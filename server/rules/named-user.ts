/** USER gives a name where clusters want a number. */
import { replace } from './edits.ts';
import type { Rule } from './rule.ts';
import { isMissing, knownAccounts } from './unknown-user.ts';
import { numberOf, userOf } from './users.ts';

export const namedUser: Rule = {
  id: 'named-user',
  group: 'not allowed',
  severity: 'info',
  why: 'Kubernetes cannot look into an image before it starts: with `runAsNonRoot` it refuses one whose user is a name, since that could be root by another name.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nUSER nonroot\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const seen = new Set<unknown>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      if (!stage) continue;
      const user = userOf(check, stage);
      if (!user?.said || user.root || /^\d+$/.test(user.name) || seen.has(user.said.instruction)) continue;
      seen.add(user.said.instruction);
      const accounts = knownAccounts(check, stage);
      if (accounts && isMissing(user.name, accounts)) continue;
      const { word } = user.said;
      const number = withGroup(numberOf(check, stage, user.name), user.name, user.group);
      yield {
        message: `USER names “${user.name}”, and Kubernetes with runAsNonRoot starts only users that are numbers. Write ${number ?? 'the number of that user'}.`,
        range: word.range,
        severity: check.base(stage)?.distroless ? 'info' : 'hint',
        fixes:
          number && word.text === user.text
            ? [
                {
                  title: `Write ${number}, the number of “${user.name}”`,
                  edits: [replace(word.range, number)],
                  safe: true,
                },
              ]
            : [],
      };
    }
  },
};

/** The group as it was written, unless it is that of the user. */
function withGroup(number: string | undefined, name: string, group: string | undefined): string | undefined {
  if (!number || group === undefined || (group === name && number.includes(':'))) return number;
  return `${number.split(':')[0]}:${group}`;
}
