/** For which platform a stage is made: `FROM --platform`, as BuildKit and containerd/platforms read it. */
import { type Budget, expand, type Lookup, type Variable } from './variables.ts';

/** That of the machine that builds, that of what is asked for, or one that the file names. `variant` is empty for the usual one. */
export type Platform =
  | { readonly kind: 'build' | 'target' | 'unknown' }
  | { readonly kind: 'fixed'; readonly os: string; readonly architecture: string; readonly variant: string };

/** They stand for what only the builder knows. No text of a platform holds them. */
const marks: ReadonlyMap<string, string> = new Map([
  ['BUILDPLATFORM', '\0build'],
  ['TARGETPLATFORM', '\0target'],
  ['BUILDOS', '\0os'],
  ['TARGETOS', '\0os'],
  ['BUILDARCH', '\0buildarch'],
  ['TARGETARCH', '\0targetarch'],
]);

/** `args` are those before the first FROM. */
export function readPlatform(
  written: string,
  escapeToken: string,
  args: ReadonlyMap<string, Variable>,
  lookup: Lookup,
  budget: Budget,
): Platform {
  const marked: Lookup = (name) => {
    const arg = args.get(name);
    // An ARG with a value of its own takes the place of what BuildKit sets.
    const isSet = arg !== undefined && !(arg.kind === 'unknown' && arg.filled !== undefined);
    const mark = isSet ? undefined : marks.get(name);
    return mark === undefined ? lookup(name) : { kind: 'set', value: mark };
  };
  const [, side, whole] =
    /^(?:\0(build|target)|(?:linux|\0os)\/\0(build|target)arch)$/.exec(
      expand(written, escapeToken, marked, budget) ?? '',
    ) ?? [];
  const kind = side ?? whole;
  if (kind === 'build' || kind === 'target') return { kind };
  return platformNamed(expand(written, escapeToken, lookup, budget) ?? '') ?? { kind: 'unknown' };
}

const systems = /^(linux|windows|darwin|macos|freebsd|netbsd|openbsd|wasip1|js)$/;
const architectures =
  /^(386|amd64|amd64p32|arm|armbe|arm64|arm64be|ppc64|ppc64le|loong64|mips\w*|ppc|riscv|riscv64|s390|s390x|sparc|sparc64|wasm)$/;

/** Undefined: it is none that is known, or only names the system. */
function platformNamed(text: string): Platform | undefined {
  const parts = /^(?:([a-z0-9_.-]+)(?:\([^()]*\))?\/)?([a-z0-9_.-]+)(?:\/([a-z0-9_.-]+))?$/.exec(text.toLowerCase());
  if (!parts) return undefined;
  const [, os = 'linux', named = '', given = ''] = parts;
  const [architecture, usual = ''] = (otherNames.get(named) ?? named).split('/');
  if (!systems.test(os) || !architectures.test(architecture!)) return undefined;
  const variant = (usual || given).replace(/^(?=\d)/, 'v').replace(/\.0$/, '');
  const isUsual =
    `${architecture}/${variant}` === 'arm/v7' || `${architecture}/${variant}` === 'arm64/v8' || variant === 'v1';
  return {
    kind: 'fixed',
    os: os === 'macos' ? 'darwin' : os,
    architecture: architecture!,
    variant: isUsual ? '' : variant,
  };
}

/** containerd/platforms, database.go. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['i386', '386'],
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['armhf', 'arm/v7'],
  ['armel', 'arm/v6'],
]);
