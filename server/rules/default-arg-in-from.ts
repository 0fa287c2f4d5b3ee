/** FROM names an image only if whoever builds gives an argument that has no default, or another than its default. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { isPlatform, isReference } from '../dockerfile/image-names.ts';
import { flag } from '../dockerfile/queries.ts';
import { platformArgs } from '../dockerfile/stage-problems.ts';
import { expand, newBudget, type Variable } from '../dockerfile/variables.ts';
import type { Rule } from './rule.ts';

export const defaultArgInFrom: Rule = {
  id: 'default-arg-in-from',
  group: 'does not build',
  severity: 'info',
  buildkit: 'InvalidDefaultArgInFrom',
  why: 'An ARG without a default is empty unless the build gives it a value, and BuildKit stops at a FROM that names nothing. A default makes the file build for everybody; those who give a value are not affected. Arguments that a compose or bake file gives are known.',
  example: {
    before:
      'ARG VERSION\nFROM golang:${VERSION} AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, buildArgs }) {
    if (buildArgs.has('*')) return;
    const args = defaults(dockerfile);
    const above = new Set<string>();
    for (const { image, from, name } of dockerfile.stages) {
      const platform = flag(from, 'platform');
      for (const { text, range, isGood, noun, none } of [
        { ...IMAGE, text: image?.text, range: image?.range, isGood: (it: string) => isReference(it) || above.has(it) },
        { ...PLATFORM, text: platform?.value, range: platform?.valueRange ?? platform?.range },
      ]) {
        if (!text?.includes('$') || !range) continue;
        const { value, names: own } = read(text, dockerfile.escape, args);
        // What is not declared at all takes no value from outside: `syntax` says so.
        if (value === undefined || isGood(value) || [...own].some((name) => !args.has(name))) continue;
        const names = new Set([...own].flatMap((name) => [name, ...args.get(name)!.uses]));
        if ([...names].some((name) => buildArgs.has(name))) continue;
        const empty = [...names].find((name) => isEmpty(args.get(name)?.variable))?.slice(0, 40);
        const shown = `“${value.slice(0, 60)}”, which is no ${noun}`;
        const message =
          empty === undefined
            ? `With the defaults of its arguments FROM names ${shown}. Give them defaults that make one of it.`
            : `FROM names ${value === '' ? none : `${shown},`} unless the build gives “${empty}” a value. Give it a default above the first FROM: ARG ${empty}=….`;
        yield { message, range };
      }
      if (name) above.add(name.text.toLowerCase());
    }
  },
};

const IMAGE = { noun: 'image', none: 'nothing' };
/** An empty one is an error of BuildKit's too, though none of its checks. */
const PLATFORM = { noun: 'platform', none: 'no platform', isGood: isPlatform };

const isEmpty = (arg: Variable | undefined) => arg?.kind === 'unset' || (arg?.kind === 'set' && arg.value === '');

interface Default {
  readonly variable: Variable;
  /** The arguments that have a part in it. */
  readonly uses: ReadonlySet<string>;
}

const MOST_USES = 100;

/** What the ARGs above the first FROM hold if the build gives nothing. */
function defaults({ instructions, escape: token }: Dockerfile): ReadonlyMap<string, Default> {
  const args = new Map<string, Default>();
  const budget = newBudget();
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') break;
    if (instruction.keyword !== 'ARG') continue;
    for (const { name, value } of assignments(instruction)) {
      const uses = new Set<string>();
      const lookup = (one: string): Variable => {
        for (const used of [one, ...(args.get(one)?.uses ?? [])]) if (uses.size < MOST_USES) uses.add(used);
        return args.get(one)?.variable ?? undeclared(one);
      };
      const known = value === undefined ? undefined : expand(value, token, lookup, budget);
      if (known !== undefined) args.set(name, { variable: { kind: 'set', value: known }, uses });
      else if (value !== undefined) args.set(name, { variable: { kind: 'unknown', set: true }, uses });
      else if (!args.has(name)) args.set(name, { variable: undeclared(name), uses });
    }
  }
  return args;
}

const undeclared = (name: string): Variable =>
  platformArgs.has(name) ? { kind: 'unknown', set: true } : { kind: 'unset' };

/** What a text says with those, and which of them have a part in it. */
function read(text: string, escapeToken: string, args: ReadonlyMap<string, Default>) {
  const names = new Set<string>();
  const lookup = (name: string): Variable => {
    names.add(name);
    return args.get(name)?.variable ?? undeclared(name);
  };
  return { value: expand(text, escapeToken, lookup), names };
}
