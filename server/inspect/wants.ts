/** Which bodies the scan reads, and the small fact that is kept of each: records of packages, what kinds of secrets a file holds, and what the system calls itself. */
import type { ScanPlan } from '../images/image.ts';
import { mayHoldSecrets, secretsIn } from './components/secrets.ts';
import { isOsRelease, readOsRelease } from './os-release.ts';
import { goSegment, headBytes, mayBeGo, readGo } from './packages/go.ts';
import { packageReaders } from './packages/index.ts';
import type { PackageFact } from './packages/record.ts';

/** What the facts of that kind are: `PackageFact`, `SecretFact`, `OsRelease`, `true`, and `PackageFact` again. */
export const factKinds = {
  packages: 'packages',
  secret: 'secret',
  os: 'os-release',
  coreDump: 'core-dump',
  go: 'go',
} as const;

export const plan: ScanPlan = {
  want(path, size, mode) {
    if (mayBeRecord.test(path)) {
      const reader = packageReaders.find(({ reads }) => reads(path));
      if (reader) return { kind: factKinds.packages, limit: reader.limit };
    }
    if (isOsRelease(path))
      return { kind: factKinds.os, limit: 64_000, beyond: 'only the first 64 kB were read for the name of the system' };
    if (mayHoldSecrets(path)) return { kind: factKinds.secret, limit: searchedBytes, beyond: searchedOnly };
    if (isNamedCore.test(path)) return { kind: factKinds.coreDump, limit: 18 };
    if (mayBeGo(path, size, mode)) return { kind: factKinds.go, limit: headBytes, further: goSegment };
    return undefined;
  },
  extract(kind, path, bytes) {
    if (kind === factKinds.os) return readOsRelease(new TextDecoder().decode(bytes));
    if (kind === factKinds.secret) return secretsIn(bytes, path);
    if (kind === factKinds.coreDump) return isCoreDump(bytes) || undefined;
    if (kind === factKinds.go) return notEmpty(readGo(bytes, path));
    return packagesIn(path, bytes);
  },
};

function packagesIn(path: string, bytes: Uint8Array): PackageFact | undefined {
  const reader = packageReaders.find(({ reads }) => reads(path));
  if (!reader) return undefined;
  const fact = reader.read(bytes, path);
  if (bytes.length < reader.limit) return notEmpty(fact);
  return { ...fact, problems: [...fact.problems, 'is larger than what is read of it'] };
}

const notEmpty = (fact: PackageFact) =>
  fact.records.length + fact.problems.length > 0 || fact.list ? fact : undefined;

/** A key or password stands near the beginning of a file that is made for it; settings of megabytes are rare, and a key ring has one key behind the other. */
const searchedBytes = 8_000_000;
const searchedOnly = 'only the first 8 MB were searched for secrets';

/** Most files are none, and there may be a million of them. */
const mayBeRecord = /^\/var\/lib\/|\/(rpm|apk)\/|\/package\.json$|-info(\/|$)|\.(gemspec|[jwe]ar)$/;
const isNamedCore = /\/(core(\.\d+)?|vmcore)$/;

/** The ELF header's magic, and its type ET_CORE (gABI, “ELF Header”), in either byte order. */
const isCoreDump = (bytes: Uint8Array) =>
  Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '\x7fELF' && (bytes[16] === 4 || bytes[17] === 4);
