/** All records of packages that are read, by where they lie. */
import { readApk } from './apk.ts';
import { readChisel } from './chisel.ts';
import { readDpkg, readDpkgList } from './dpkg.ts';
import { isGemRecord, readGem } from './gem.ts';
import { isJar, readJar } from './jar.ts';
import { isNpmRecord, readNpm } from './npm.ts';
import { isPythonRecord, readPython } from './python.ts';
import type { PackageFact } from './record.ts';
import { readRpm, readRpmLog, readRpmManifest } from './rpm.ts';

export interface PackageReader {
  readonly reads: (path: string) => boolean;
  /** Bytes; of a longer file, the first of them are read, and it is said that there are more. */
  readonly limit: number;
  readonly read: (bytes: Uint8Array, path: string) => PackageFact;
}

export const packageReaders: readonly PackageReader[] = [
  text(/^\/var\/lib\/dpkg\/(info\/[^/]+\.list|status\.d\/[^/]+\.md5sums)$/, readDpkgList),
  text(/^\/var\/lib\/dpkg\/(status|status\.d\/[^/]+)$/, readDpkg),
  text(/^(\/usr)?\/lib\/apk\/db\/installed$/, readApk),
  {
    reads: (path) =>
      /^\/(var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/(Packages|Packages\.db|rpmdb\.sqlite)$/.test(path),
    limit: databaseBytes(),
    read: readRpm,
  },
  text(/^\/(var\/lib|usr\/lib\/sysimage|usr\/share)\/rpm\/rpmdb\.sqlite-wal$/, readRpmLog),
  text(/^\/var\/lib\/rpmmanifest\/container-manifest-[12]$/, readRpmManifest),
  { reads: (path) => path === '/var/lib/chisel/manifest.wall', limit: databaseBytes(), read: readChisel },
  text(isNpmRecord, readNpm, 1 << 20),
  text(isPythonRecord, readPython, 8 << 20),
  text(isGemRecord, readGem, 1 << 20),
  { reads: isJar, limit: databaseBytes(), read: readJar },
];

function text(
  where: RegExp | ((path: string) => boolean),
  read: (text: string, path: string) => PackageFact,
  limit = databaseBytes(),
): PackageReader {
  return {
    reads: typeof where === 'function' ? where : (path) => where.test(path),
    limit,
    read: (bytes, path) => read(utf8.decode(bytes), path),
  };
}

const utf8 = new TextDecoder();

/** More than any database seen: Debian's whole archive has 70 MB of records. */
function databaseBytes(): number {
  return 64 << 20;
}
