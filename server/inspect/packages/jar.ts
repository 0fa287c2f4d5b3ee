/**
 * Java archives: Maven writes which artifacts are in one as `META-INF/maven/GROUP/ARTIFACT/pom.properties`; others say it in the manifest. Archives in an
 * archive, as Spring Boot packs them, are looked into as well.
 */
import { isPlain, nothing, type PackageFact, type PackageRecord } from './record.ts';
import { mostEntries, type ZipEntry, zipEntries } from './zip.ts';

export const isJar = (path: string): boolean => /\.(jar|war|ear)$/.test(path);

export function readJar(bytes: Uint8Array, path: string): PackageFact {
  const budget: Budget = { archives: mostArchives, bytes: mostBytes, left: false };
  const records = artifactsIn(bytes, baseOf(path), budget);
  if (!records) return { ...nothing, problems: ['is cut short, or is no archive that could be read'] };
  const seen = new Set<string>();
  return {
    ...nothing,
    records: records
      .filter(({ name, version }) => !seen.has(`${name} ${version}`) && seen.add(`${name} ${version}`))
      .map((record) => ({ ...record, files: [path] })),
    problems: budget.left ? ['holds what was not looked into, being too much, too large, or not to be unpacked'] : [],
  };
}

/** What may still be looked into; `left`: something was not. */
interface Budget {
  archives: number;
  bytes: number;
  left: boolean;
}

const mostArchives = 2_000;
/** Unpacked, of one archive and those in it. */
const mostBytes = 256 << 20;
const leastBytes = 1 << 10;

/** Undefined: it is no zip. */
function artifactsIn(bytes: Uint8Array, name: string, budget: Budget): PackageRecord[] | undefined {
  const entries = zipEntries(bytes);
  if (!entries) return undefined;
  budget.left ||= entries.length >= mostEntries;
  const read = (entry: ZipEntry, limit: number): Uint8Array | undefined => {
    budget.left ||= entry.size > Math.min(limit, budget.bytes);
    if (budget.bytes <= 0) return undefined;
    // What fails has been tried up to its size; and a million small ones take their time too.
    const body = entry.read(Math.min(limit, budget.bytes));
    budget.bytes -= Math.max(Math.min(entry.size, limit), leastBytes);
    return body;
  };
  const found: PackageRecord[] = [];
  const inner: PackageRecord[] = [];
  let manifest: string | undefined;
  for (const entry of entries) {
    if (/^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/.test(entry.name)) {
      const record = ofProperties(textOf(read(entry, 64 << 10)));
      if (record) found.push(record);
    } else if (entry.name === 'META-INF/MANIFEST.MF') manifest = textOf(read(entry, 1 << 20));
    else if (isJar(entry.name)) {
      if (budget.archives-- <= 0) {
        budget.left = true;
        continue;
      }
      const body = read(entry, 64 << 20);
      budget.left ||= body === undefined;
      for (const record of (body && artifactsIn(body, baseOf(entry.name), budget)) ?? []) inner.push(record);
    }
  }
  const own = found.length > 0 ? found : ofManifest(manifest, name);
  return [...own, ...inner];
}

/** Of names that no file can have (NAME_MAX), the end. */
const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1).slice(-255);
const textOf = (bytes: Uint8Array | undefined) => (bytes ? new TextDecoder().decode(bytes) : '');

function ofProperties(text: string): PackageRecord | undefined {
  const value = (key: string) => new RegExp(`^${key}\\s*[=:]\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1];
  const [group, artifact, version] = [value('groupId'), value('artifactId'), value('version')];
  if (!isPlain(group) || !isPlain(artifact) || !isPlain(version)) return undefined;
  return { type: 'maven', name: `${group}:${artifact}`, version };
}

/** Its title is for people; the file's own name, as Maven gives it, says more. Without a version from either, nothing is said. */
function ofManifest(manifest: string | undefined, file: string): PackageRecord[] {
  // Lines are 72 bytes long; what follows a line break and a blank belongs to the line before.
  const main = (manifest ?? '').replace(/\r?\n /g, '').split(/\r?\n\r?\n/, 1)[0] ?? '';
  const value = (key: string) => new RegExp(`^${key}:(.*)$`, 'm').exec(main)?.[1]?.trim();
  const [, stem, versioned] = /^(.+?)-(\d[\w.+-]*)\.(?:jar|war|ear)$/.exec(file) ?? [];
  const version = value('Implementation-Version') ?? value('Bundle-Version') ?? versioned;
  const symbolic = value('Bundle-SymbolicName')?.split(';')[0];
  const name = stem ?? symbolic ?? value('Implementation-Title');
  return isPlain(name) && isPlain(version) ? [{ type: 'maven', name, version }] : [];
}
