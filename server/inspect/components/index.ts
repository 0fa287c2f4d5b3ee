/** All categories, in the order in which they are shown. */
import type { ComponentCategory, Flag } from '../report.ts';
import { busybox, isApplet } from './busybox.ts';
import type { Hit, Look } from './component.ts';
import { coreDumps } from './core-dumps.ts';
import { leftoverRows } from './leftovers.ts';
import { capabilities, devices, setuid, worldWritable } from './modes.ts';
import { packageDatabase } from './package-database.ts';
import { programRows } from './programs.ts';
import { runtimeNames } from './runtime.ts';
import { secretKeys, secretSettings } from './secrets.ts';
import { pathHits, programHits } from './table.ts';
import { timeZones } from './time-zones.ts';

export const categoryOrder: readonly ComponentCategory[] = [
  'shell',
  'multicall-busybox',
  'os-package-manager',
  'network-clients',
  'ssh-server',
  'privilege-tools',
  'setuid-setgid',
  'secrets-keys',
  'secrets-config',
  'vcs-data',
  'root-user',
  'file-capabilities',
  'world-writable',
  'device-files',
  'lang-package-manager',
  'go-rust-dotnet-php-dev',
  'java-dev',
  'compiler-toolchain',
  'interpreters',
  'network-debug',
  'system-debug',
  'editors-pagers',
  'vcs-binaries',
  'init-service',
  'cron-at',
  'kernel-boot-firmware',
  'shell-history',
  'os-package-cache',
  'headers',
  'static-libs',
  'debug-symbols',
  'python-dev',
  'node-dev',
  'ruby-dev',
  'tests',
  'userland-utils',
  'temp-files',
  'logs',
  'app-caches',
  'backup-files',
  'project-files',
  'gui-media',
  'docs',
  'man-info',
  'locales',
  'completions-terminfo',
  'gconv',
  'tzdata-extra',
  'pkg-database',
];

export type Flags = ReadonlyMap<number, readonly Flag[]>;

/** Why nodes are flagged; those that are not are not in it. In the order of the categories. */
export function flagsOf(look: Look): Flags {
  const hits = new Map<ComponentCategory, Hit[]>(categoryOrder.map((category) => [category, []]));
  for (const hit of allHits(look)) hits.get(hit.flag.category)?.push(hit);
  const flags = new Map<number, readonly Flag[]>();
  const ofBaseToo = forEachFlag(ofBase);
  const alone = forEachFlag((flag): readonly Flag[] => [flag]);
  const clutter = new Uint8Array(look.files.count);
  for (const [category, each] of hits) {
    // A folder has a lower number than what is in it.
    for (const { node, flag } of each.sort((a, b) => a.node - b.node)) {
      const known = flags.get(node);
      if (known?.some((other) => other.category === category)) continue;
      if (!ownRight.has(category)) {
        // What goes with the folder around it, or is flagged already, needs no second reason.
        if (isIn(look, node, clutter)) continue;
        clutter[node] = 1;
      }
      const said = look.known?.isOfDistrolessBase(node) ? ofBaseToo(flag) : flag;
      flags.set(node, known ? [...known, said] : alone(said));
    }
  }
  return flags;
}

/** Once for each flag, since a million nodes may have the same. */
function forEachFlag<Made>(make: (flag: Flag) => Made): (flag: Flag) => Made {
  const made = new Map<Flag, Made>();
  return (flag) => {
    const one = made.get(flag) ?? make(flag);
    made.set(flag, one);
    return one;
  };
}

function* allHits(look: Look): Generator<Hit> {
  const runtime = look.known ? runtimeNames(look) : undefined;
  for (const hit of programHits(look, programRows)) {
    const { category } = hit.flag;
    if (category === 'interpreters' && runtime?.(hit.node)) continue;
    if (category === 'shell' || !isApplet(look, hit.node)) yield hit;
  }
  for (const category of [busybox, setuid, capabilities, worldWritable, devices, secretKeys, secretSettings, coreDumps])
    yield* category.find(look);
  for (const hit of pathHits(look, leftoverRows)) {
    if (hit.flag.category !== 'interpreters' || !runtime?.perl) yield hit;
  }
  yield* timeZones.find(look);
  yield* packageDatabase.find(look);
}

function isIn({ files }: Look, node: number, folders: Uint8Array): boolean {
  for (let at = node; at > 0; at = files.parent(at)) if (folders[at] === 1) return true;
  return false;
}

/** Dangers of their own, whatever else is said of the file. */
const ownRight: ReadonlySet<ComponentCategory> = new Set([
  'shell',
  'multicall-busybox',
  'setuid-setgid',
  'file-capabilities',
  'world-writable',
  'device-files',
  'secrets-keys',
  'secrets-config',
  'pkg-database',
]);

/** No distroless base is made of these, so a record that says so is somebody else's. */
const never: ReadonlySet<ComponentCategory> = new Set([
  'shell',
  'multicall-busybox',
  'os-package-manager',
  'network-clients',
  'ssh-server',
  'setuid-setgid',
  'file-capabilities',
  'world-writable',
  'secrets-keys',
  'secrets-config',
  'vcs-data',
]);

function ofBase(flag: Flag): Flag {
  if (flag.category === 'shell' || flag.category === 'multicall-busybox') return { ...flag, remedy: withoutDebug };
  if (flag.severity === 'hint' || never.has(flag.category)) return flag;
  return { ...flag, severity: 'hint', remedy: 'It is part of the distroless base, and comes and goes with it.' };
}

const withoutDebug =
  'The base brought it. If that is a tag for debugging (debug, debug-nonroot), end in the one without it (latest, nonroot), and keep this one for a stage of its own.';
