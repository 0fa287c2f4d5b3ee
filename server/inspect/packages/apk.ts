/** Alpine's and Wolfi's package records, `lib/apk/db/installed` (apk-v2(5)): a letter, a colon, a value; an empty line ends a package. */
import {
  allowance,
  allowedPath,
  isPlain,
  linesOf,
  mostPackages,
  type PackageFact,
  type PackageRecord,
  paragraphsOf,
  tooManyFiles,
  tooManyPackages,
} from './record.ts';

export function readApk(text: string): PackageFact {
  const records: PackageRecord[] = [];
  const left = allowance();
  let paragraphs = 0;
  for (const record of paragraphsOf(text)) {
    if (++paragraphs > mostPackages) return { records, problems: [tooManyPackages, ...tooManyFiles(left)] };
    let name = '';
    let version = '';
    let architecture: string | undefined;
    let folder = '';
    const files: string[] = [];
    for (const line of linesOf(record)) {
      const value = line.slice(2).trimEnd();
      if (line.startsWith('P:')) name = value;
      else if (line.startsWith('V:')) version = value;
      else if (line.startsWith('A:')) architecture = isPlain(value) ? value : undefined;
      else if (line.startsWith('F:')) folder = value && `${value}/`;
      else if (line.startsWith('R:') && !left.full) files.push(...allowedPath(folder, value, left));
    }
    if (isPlain(name) && isPlain(version)) records.push({ type: 'apk', name, version, architecture, files });
  }
  return { records, problems: tooManyFiles(left) };
}
