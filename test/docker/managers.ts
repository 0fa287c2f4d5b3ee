/** What an image's own package managers say of it, asked in a container of it: dpkg, pip and npm. */
import type { ImageService } from '../../server/image-service.ts';
import type { Package, PackageType } from '../../server/inspect/report.ts';
import type { TestEngine } from '../support/engine.ts';

export type Manager = 'dpkg' | 'pip' | 'npm';

/** How many packages it lists, and where it and the report differ: packages, and with dpkg the package of every file. */
export async function managerDifferences(
  engine: TestEngine,
  image: string,
  manager: Manager,
  service: ImageService,
): Promise<{ readonly packages: number; readonly files: number; readonly different: readonly string[] }> {
  const run = (script: string) =>
    engine.docker(['run', '--rm', '--network=none', '--user=0', '--entrypoint=/bin/sh', image, '-c', script]);
  const reference = `docker-daemon:${image}`;
  const { packages } = await service.report(reference, never);
  const [type, list] = managers[manager];
  const theirs = await list(run);
  const ours = packages.filter((each) => each.type === type).map(lineOf);
  const different = onlyInOne(ours, theirs);
  if (manager !== 'dpkg') return { packages: theirs.length, files: 0, different };
  const owned = await ownersByDpkg(run);
  const files = await differentOwners(service, reference, packages, owned);
  return { packages: theirs.length, files: owned.size, different: [...different, ...files] };
}

const never = new AbortController().signal;
type Run = (script: string) => Promise<string>;

const managers: Readonly<Record<Manager, readonly [PackageType, (run: Run) => Promise<readonly string[]>]>> = {
  dpkg: ['deb', listedByDpkg],
  pip: ['pypi', listedByPip],
  npm: ['npm', listedByNpm],
};

/** Distributions of Python have many spellings of one name (PEP 503). */
const lineOf = ({ type, name, version, architecture }: Package) =>
  type === 'deb' ? `${name} ${version} ${architecture}` : type === 'pypi' ? pypi(name, version) : `${name} ${version}`;
const pypi = (name: string, version: string) => `${name.toLowerCase().replace(/[-_.]+/g, '-')} ${version}`;

async function listedByDpkg(run: Run): Promise<readonly string[]> {
  const format = '${db:Status-Status} ${Package} ${Version} ${Architecture}\\n';
  const lines = linesOf(await run(`dpkg-query --show --showformat='${format}'`));
  return lines.filter((line) => line.startsWith('installed ')).map((line) => line.slice('installed '.length));
}

async function listedByPip(run: Run): Promise<readonly string[]> {
  const list: { name: string; version: string }[] = JSON.parse(
    await run('python3 -m pip --disable-pip-version-check list --format=json 2>/dev/null'),
  );
  return list.map(({ name, version }) => pypi(name, version));
}

/** Of the application in the working directory, and of those that are installed for all. */
async function listedByNpm(run: Run): Promise<readonly string[]> {
  // Without a network, and with whatever does not fit together, npm complains, and lists all the same.
  const list = 'npm ls --all --parseable --long';
  const lines = linesOf(await run(`(${list}; ${list} --global) 2>/dev/null || true`));
  return lines.flatMap((line) => {
    // One that is installed under another name: `string-width-cjs@npm:string-width@4.2.3`.
    const [, path = '', name = '', version = ''] = /^(.*?):(?:@?[^@:]+@npm:)?(@?[^@:]+)@([^:]*)/.exec(line) ?? [];
    return path.includes('/node_modules/') ? [`${name} ${version}`] : [];
  });
}

/** Path → names of the packages that list it. Their lists name files through links: /bin/ls is /usr/bin/ls. */
async function ownersByDpkg(run: Run): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const resolved =
    'chomp; next if /^(local )?diversion by/; my ($o, $p) = /^(.*?): (\\/.*)$/ or next; my ($d, $b) = $p =~ m{^(.*)/([^/]*)$}; $d = realpath($d || "/"); next unless defined $d; $d = "" if $d eq "/"; print "$o\\t$d/$b\\n"';
  const owners = new Map<string, ReadonlySet<string>>();
  for (const line of linesOf(await run(`dpkg-query --search '*' | perl -MCwd=realpath -ne '${resolved}'`))) {
    const [names = '', path = ''] = line.split('\t');
    owners.set(
      path,
      new Set([...(owners.get(path) ?? []), ...names.split(', ').map((name) => name.replace(/:.*/, ''))]),
    );
  }
  return owners;
}

async function differentOwners(
  service: ImageService,
  reference: string,
  packages: readonly Package[],
  theirs: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly string[]> {
  const ours = new Map<string, string>();
  for (const each of packages.filter(({ type }) => type === 'deb')) {
    const { rows } = await service.packageFiles({ reference, package: each, limit: 1_000_000 }, never);
    for (const { path, type } of rows) if (type !== 'directory') ours.set(path, each.name);
  }
  const different: string[] = [];
  for await (const { path, type } of service.files(reference, { kind: 'image' }, never)) {
    if (type === 'directory') continue;
    const [own, others] = [ours.get(path), theirs.get(Buffer.from(path).toString('latin1'))];
    if (own === undefined ? others !== undefined : !others?.has(own))
      different.push(`${path}: ${own ?? 'nobody'} / ${others ? [...others].join(', ') : 'nobody'}`);
  }
  return different;
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

export function onlyInOne(ours: readonly string[], theirs: readonly string[]): readonly string[] {
  const [a, b] = [new Set(ours), new Set(theirs)];
  return [
    ...[...a].filter((line) => !b.has(line)).map((line) => `${line}: only here`),
    ...[...b].filter((line) => !a.has(line)).map((line) => `${line}: only there`),
  ];
}
