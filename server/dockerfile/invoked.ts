/** Which program a command runs in the end, where the first word only runs another: `sudo -u app make`, `sh -c 'make'`. */

/** What is left out before the program. */
interface Runner {
  /** Options that take the next word. */
  readonly takes?: ReadonlySet<string>;
  /** Words before the program that are no options. */
  readonly operands?: number;
  /** `A=1` may stand before the program. */
  readonly sets?: boolean;
  /** With one of these it does something else. */
  readonly otherwise?: RegExp;
}

const takes = (options: string): Runner => ({ takes: new Set(options.split(' ')) });

const runners = new Map<string, Runner>([
  ['builtin', {}],
  ['command', { otherwise: /^-p?[vV]/ }],
  ['doas', takes('-C -u')],
  ['dumb-init', takes('-r --rewrite')],
  ['eatmydata', {}],
  ['env', { ...takes('-u --unset -C --chdir'), sets: true, otherwise: /^(-\w*S|--split-string)/ }],
  ['exec', takes('-a')],
  ['fakeroot', takes('-l -s -i -b --lib --faked')],
  ['gosu', { operands: 1 }],
  ['ionice', takes('-c -n --class --classdata')],
  ['nice', takes('-n --adjustment')],
  ['nohup', {}],
  ['setsid', {}],
  ['stdbuf', takes('-i -o -e --input --output --error')],
  [
    'sudo',
    {
      ...takes('-C -D -g -h -p -R -r -T -t -U -u --chdir --chroot --close-from --group --host --prompt --user'),
      sets: true,
      otherwise: /^(-\w*[el]|--edit|--list)$/,
    },
  ],
  ['su-exec', { operands: 1 }],
  ['time', takes('-f -o --format --output')],
  ['timeout', { ...takes('-k -s --kill-after --signal'), operands: 1 }],
  ['tini', takes('-e -p')],
  ['xargs', takes('-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-chars --max-lines --max-procs')],
]);

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Index of the program among the words of a command; that of the first word where this runs no other. */
export function programAt(words: readonly string[]): number {
  let at = 0;
  for (let next: number | undefined = 0; next !== undefined; next = afterRunner(words, at)) at = next;
  return at;
}

function afterRunner(words: readonly string[], at: number): number | undefined {
  const runner = runners.get(baseName(words[at] ?? ''));
  if (!runner) return undefined;
  let operands = runner.operands ?? 0;
  let options = true;
  for (let i = at + 1; i < words.length; i++) {
    const word = words[i]!;
    if (options && word === '--') options = false;
    else if (options && runner.otherwise?.test(word)) return undefined;
    else if (options && word.startsWith('-') && word !== '-') i += runner.takes?.has(word) ? 1 : 0;
    else if (runner.sets && /^[A-Za-z_]\w*=/.test(word)) continue;
    else if (operands-- <= 0) return i;
  }
  return undefined;
}

/** By its name, with or without its folder. */
export const isShell = (program: string): boolean => /^(ba|da|a|k|z)?sh$/.test(baseName(program));

/** Index of the script that a shell (or su) is given with -c; the words begin with the shell. */
export function scriptAt(words: readonly string[]): number | undefined {
  const [shell = ''] = words;
  if (baseName(shell) === 'su' || baseName(shell) === 'runuser') {
    const flag = words.findIndex((word) => /^-\w*c$|^--command$/.test(word));
    return flag > 0 && flag + 1 < words.length ? flag + 1 : undefined;
  }
  const first = isShell(shell) ? firstOperand(words) : undefined;
  const given = words.slice(1, first).some((word) => /^-[A-Za-z]*c[A-Za-z]*$/.test(word));
  return first !== undefined && given ? first : undefined;
}

/** Of a shell's words: `-o pipefail` takes the next one. */
function firstOperand(words: readonly string[]): number | undefined {
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--' || word === '-') return i + 1 < words.length ? i + 1 : undefined;
    if (/^([-+][A-Za-z]*[oO]|--rcfile|--init-file)$/.test(word)) i++;
    else if (!/^[-+]./.test(word)) return i;
  }
  return undefined;
}

/** Says that a shell reads what it is to run from what is handed to it: `bash -e <<EOF`. */
export const readsInput = (words: readonly string[]): boolean =>
  isShell(words[0] ?? '') &&
  (firstOperand(words) === undefined || words.some((word) => /^-[A-Za-z]*s[A-Za-z]*$/.test(word))) &&
  scriptAt(words) === undefined;

/** Where the commands begin and end that `find … -exec rm {} +` runs. */
export function execsOf(words: readonly string[]): readonly { readonly start: number; readonly end: number }[] {
  if (baseName(words[0] ?? '') !== 'find') return [];
  const found: { start: number; end: number }[] = [];
  for (let i = 1; i < words.length; i++) {
    if (!/^-(exec|ok)(dir)?$/.test(words[i]!)) continue;
    const start = ++i;
    while (i < words.length && words[i] !== ';' && !(words[i] === '+' && words[i - 1] === '{}')) i++;
    if (i > start) found.push({ start, end: i });
  }
  return found;
}
