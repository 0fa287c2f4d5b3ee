/** File capabilities: the extended attribute `security.capability`, in which a program carries root's powers one by one (linux/capability.h, `vfs_cap_data`). */

export interface FileCapabilities {
  /** `cap_net_raw`; one that has no name here is `cap_41`. */
  readonly permitted: readonly string[];
  readonly inheritable: readonly string[];
  /** The program has them as it starts, without asking. */
  readonly effective: boolean;
  /** The user who is root in the namespace that they hold in; 0 where they hold everywhere. */
  readonly rootId: number;
}

/** Undefined: these bytes are no capabilities, and the kernel gives none for them. */
export function parseCapabilities(value: Uint8Array): FileCapabilities | undefined {
  const bytes = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const words = sizes.get(value.length);
  if (words === undefined) return undefined;
  const magic = bytes.getUint32(0, true);
  if (magic >>> 24 !== words.revision) return undefined;
  const permitted: string[] = [];
  const inheritable: string[] = [];
  for (let pair = 0; pair < words.pairs; pair++) {
    permitted.push(...named(bytes.getUint32(4 + pair * 8, true), pair * 32));
    inheritable.push(...named(bytes.getUint32(8 + pair * 8, true), pair * 32));
  }
  return {
    permitted,
    inheritable,
    effective: (magic & 1) !== 0,
    rootId: words.revision === 3 ? bytes.getUint32(20, true) : 0,
  };
}

/** In the notation of `getcap`: `cap_net_bind_service,cap_net_raw=ep`. */
export function capabilitiesText({ permitted, inheritable, effective, rootId }: FileCapabilities): string {
  const groups = new Map<string, string[]>();
  for (const name of new Set([...names, ...permitted, ...inheritable])) {
    const isPermitted = permitted.includes(name);
    const isInheritable = inheritable.includes(name);
    if (!isPermitted && !isInheritable) continue;
    const flags = `${effective ? 'e' : ''}${isInheritable ? 'i' : ''}${isPermitted ? 'p' : ''}`;
    groups.set(flags, [...(groups.get(flags) ?? []), name]);
  }
  const text = [...groups].map(([flags, group]) => `${group.join(',')}=${flags}`).join(' ') || '=';
  return rootId === 0 ? text : `${text} [rootid=${rootId}]`;
}

/** What the attribute's length must be, by its revision. */
const sizes: ReadonlyMap<number, { readonly revision: number; readonly pairs: number }> = new Map([
  [12, { revision: 1, pairs: 1 }],
  [20, { revision: 2, pairs: 2 }],
  [24, { revision: 3, pairs: 2 }],
]);

function named(bits: number, from: number): string[] {
  const found: string[] = [];
  for (let bit = 0; bit < 32; bit++) if ((bits >>> bit) & 1) found.push(names[from + bit] ?? `cap_${from + bit}`);
  return found;
}

/** In the order of their numbers. */
const names: readonly string[] = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
].map((name) => `cap_${name}`);
