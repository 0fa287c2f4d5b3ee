/** A comment silences a rule that there is not: a slip of the pen, or a rule that has gone. */
import type { Rule } from './rule.ts';
import { ignoredNames } from './suppress.ts';

export const ignoresUnknownRule: Rule = {
  id: 'ignores-unknown-rule',
  group: 'structure',
  severity: 'hint',
  why: 'A comment `# distroless: ignore=…` with a name that no rule has silences nothing, and whoever reads it believes that it does.',
  example: {
    before: 'FROM scratch\nUSER 65532\n# distroless: ignore=shell-from\nENTRYPOINT ["/app"]\n',
    after: 'FROM scratch\nUSER 65532\n# distroless: ignore=shell-form\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, ruleNames }) {
    // The same name is written again and again, and each is compared with all rules, letter by letter.
    const meant = new Map<string, string | undefined>();
    for (const { name, range } of ignoredNames(dockerfile)) {
      const given = name.toLowerCase();
      if (given === 'all' || ruleNames.has(given)) continue;
      if (!meant.has(given) && meant.size < MOST) meant.set(given, nearest(given, ruleNames));
      const near = meant.get(given);
      yield {
        message: `No rule is called “${name}”, so nothing is silenced by that name. ${near ? `Write “${near}”, if that is meant.` : 'Take it out, or name the rule that a finding shows.'}`,
        range,
        ...(near ? { fixes: [{ title: `Write “${near}”`, edits: [{ range, newText: near }] }] } : {}),
      };
    }
  },
};

/** Of more names that are none, nobody is told what may be meant. */
const MOST = 1_000;

/** The name that takes the fewest changes, if they are few. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > 60) return undefined;
  let best: string | undefined;
  let least = Math.floor(name.length / 3) + 1;
  for (const candidate of names) {
    const distance = Math.abs(candidate.length - name.length) < least ? changes(name, candidate) : least;
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** How many characters must be put in, taken out, replaced or swapped with the next one. */
function changes(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
