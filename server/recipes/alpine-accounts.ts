/** Users and groups as BusyBox makes them, written for Debian. */
import { operands, option } from './effects.ts';

/** BusyBox’s adduser as useradd, which every Debian has. Undefined: something else is in it. */
export function user(given: readonly string[]): string | undefined {
  const flags = given.filter((word) => /^-[A-Za-z]+$/.test(word)).join('');
  const values = ['-u', '--uid', '-G', '--ingroup', '-h', '--home', '-s', '--shell', '-g', '--gecos', '-k'];
  const rest = operands(given, values);
  const [name, group] = rest;
  if (name === undefined || rest.length > 2 || given.some((word) => /[$`]/.test(word))) return undefined;
  if (group !== undefined) return `usermod -aG ${group} ${name}`;
  const uid = option(given, ['-u', '--uid']);
  const ingroup = option(given, ['-G', '--ingroup']);
  const home = option(given, ['-h', '--home']);
  const shell = option(given, ['-s', '--shell']);
  const system = flags.includes('S') || given.includes('--system');
  const noHome = flags.includes('H') || given.includes('--no-create-home') || system;
  return [
    'useradd',
    ...(system ? ['--system'] : []),
    noHome ? '--no-create-home' : '--create-home',
    ...(uid === undefined ? [] : ['--uid', uid]),
    ...(ingroup === undefined ? [] : ['--gid', ingroup]),
    ...(home === undefined ? [] : ['--home-dir', home]),
    ...(shell === undefined ? [] : ['--shell', shell]),
    name,
  ].join(' ');
}

export function group(given: readonly string[]): string | undefined {
  const rest = operands(given, ['-g', '--gid']);
  const [name, more] = rest;
  if (name === undefined || rest.length > 2 || given.some((word) => /[$`]/.test(word))) return undefined;
  if (more !== undefined) return `usermod -aG ${more} ${name}`;
  const gid = option(given, ['-g', '--gid']);
  const system = given.some((word) => /^-\w*S/.test(word) || word === '--system');
  return ['groupadd', ...(system ? ['--system'] : []), ...(gid === undefined ? [] : ['--gid', gid]), name].join(' ');
}
