/** Which machines a registry may lead to. What the user names may be anywhere; what the registry names in turn may not be in the user's own network. */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Thrown to whoever would connect. */
export class AddressError extends Error {
  readonly code = 'DISTROLESS_ADDRESS';
}

export type Reach = 'anywhere' | 'public' | 'private' | 'loopback';

/** For the connection: names are looked up once, and what was looked at is what is connected to. Throws AddressError for an address that is written as such. */
export function lookupWithin(reach: Reach, hostname: string): LookupFunction | undefined {
  if (reach === 'anywhere') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  // Addresses are never looked up.
  if (isIP(host) && !isWithin(reach, host)) throw outside(host, reach);
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const wrong = addresses.find(({ address }) => !isWithin(reach, address));
      if (wrong) return callback(outside(name, reach), []);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family);
    });
  };
}

export function isPrivate(address: string): boolean {
  return own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

export const isLoopback = (host: string): boolean => {
  const address = host.replace(/^\[|\]$/g, '');
  return (
    address === 'localhost' || (isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
  );
};

function isWithin(reach: Reach, address: string): boolean {
  if (reach === 'loopback') return isLoopback(address);
  return reach === 'private' ? isPrivate(address) : !isPrivate(address);
}

const outside = (host: string, reach: Reach) =>
  new AddressError(
    reach === 'public'
      ? `it leads to ${host}, which is in a private network`
      : `${host} is not in ${reach === 'private' ? 'a private network' : 'this machine'}, and would be spoken to without encryption`,
  );

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** RFC 1918, 6598, 3927, 4193, 4291; a v4 address written as v6 counts as the v4 one. */
const own = new BlockList();
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['0.0.0.0', 8],
] as const)
  own.addSubnet(net, bits);
for (const [net, bits] of [
  ['::1', 128],
  ['::', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  own.addSubnet(net, bits, 'ipv6');
