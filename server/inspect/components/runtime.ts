/** Which interpreter the image is for: by its command, and by the variables that official images of languages set. That one is no clutter. */
import type { Look } from './component.ts';

export interface Runtime {
  (node: number): boolean;
  readonly perl: boolean;
}

export function runtimeNames({ files, known }: Look): Runtime {
  const families = new Set<string>();
  const { entrypoint = [], cmd = [], env = [] } = known?.config ?? {};
  const path = env.find((each) => each.startsWith('PATH='))?.slice(5) ?? '';
  for (const word of [...entrypoint, ...cmd].flatMap((each) => each.split(/\s+/))) {
    add(families, word.replace(/^.*\//, ''));
    // A command may be a link to its interpreter.
    for (const folder of word.includes('/') ? [''] : path.split(':')) {
      const node = word === '' ? -1 : files.find(folder === '' ? word : `${folder}/${word}`);
      if (node > 0) add(families, files.name(node));
    }
  }
  for (const each of env) {
    const family = /^(PYTHON|NODE|RUBY|PHP|PERL|JULIA|R)_VERSION=/.exec(each)?.[1];
    if (family) families.add(family.toLowerCase());
  }
  const isRuntime = (node: number) => {
    const end = files.follow(node);
    return [node, end].some((each) => each >= 0 && families.has(familyOf(files.name(each)) ?? ''));
  };
  return Object.assign(isRuntime, { perl: families.has('perl') });
}

function add(families: Set<string>, name: string): void {
  const family = familyOf(name);
  if (family) families.add(family);
}

/** `python3.13` is Python, `irb` is Ruby. */
function familyOf(name: string): string | undefined {
  const stem = name.replace(/[\d.]+$/, '');
  if (stem === 'nodejs') return 'node';
  if (stem === 'irb' || stem === 'erb') return 'ruby';
  if (stem === 'Rscript' || stem === 'R') return 'r';
  return /^(python|node|ruby|php|perl|lua|luajit|tclsh|wish|guile|deno|bun|gjs|groovy|scala|jruby|pypy|julia|awk|gawk|mawk)$/.test(
    stem,
  )
    ? stem
    : undefined;
}
