/** What chisel cut of Ubuntu's packages (canonical/chisel, internal/manifest): a JSON object a line, compressed with zstd. Slices are named PACKAGE_SLICE. */
import { zstdDecompressSync } from 'node:zlib';
import {
  allowance,
  allowedPath,
  isPlain,
  linesOf,
  mostPackages,
  nothing,
  type PackageFact,
  tooManyFiles,
  tooManyPackages,
} from './record.ts';

export function readChisel(bytes: Uint8Array): PackageFact {
  let text: string;
  try {
    text = zstdDecompressSync(bytes, { maxOutputLength: longest }).toString();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem = code === 'ERR_BUFFER_TOO_LARGE' ? 'is larger than what is read of it' : 'could not be decompressed';
    return { ...nothing, problems: [problem] };
  }
  const packages = new Map<string, { version: string; architecture: string | undefined; files: string[] }>();
  const left = allowance();
  let odd = 0;
  let many = false;
  for (const line of linesOf(text)) {
    const row = line === '' ? undefined : objectOf(line);
    if (!row) odd += line === '' ? 0 : 1;
    else if (row.kind === 'package') {
      const { name, version, arch } = row;
      if (typeof name !== 'string' || typeof version !== 'string' || !isPlain(name) || !isPlain(version)) continue;
      if (packages.size >= mostPackages) many = true;
      else
        packages.set(name, {
          version,
          architecture: typeof arch === 'string' && isPlain(arch) ? arch : undefined,
          files: [],
        });
    } else if (row.kind === 'path') {
      const { path, slices } = row;
      if (typeof path !== 'string' || !Array.isArray(slices)) continue;
      for (const slice of slices)
        if (typeof slice === 'string' && !left.full)
          packages.get(slice.split('_')[0] ?? '')?.files.push(...allowedPath('', path, left));
    }
  }
  return {
    // They are Ubuntu's own packages, and scanners look them up as such.
    records: [...packages].map(([name, each]) => ({ type: 'deb', name, ...each })),
    problems: [
      ...(odd > 0 ? ['has lines that could not be read'] : []),
      ...(many ? [tooManyPackages] : []),
      ...tooManyFiles(left),
    ],
  };
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const longest = 64 << 20;
