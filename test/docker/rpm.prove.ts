/** Packages, and the package of each file, of an image that rpm itself installed, in both of the databases that today's rpm writes, as `rpm -qa` says them. Run by `npm run prove`. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImageService } from '../../server/image-service.ts';
import { packagesReason } from '../bases/debian.ts';
import { type DebianRoot, debianRoot, debianRootReason } from '../support/debian-root.ts';
import { engineReason, run, skipUnless } from '../support/engine.ts';
import { legacySave, tar } from '../support/image-builder.ts';
import { onlyInOne } from './managers.ts';

const root: DebianRoot = { name: 'trixie-rpm', release: 'trixie', packages: ['rpm'] };
const never = new AbortController().signal;
const skip = skipUnless(engineReason() ?? packagesReason() ?? debianRootReason(root));

for (const backend of ['sqlite', 'ndb']) {
  test(`${backend}: what rpm has installed is what is found`, { skip }, async (t) => {
    const path = await debianRoot(root);
    const folder = await mkdtemp(join(path, 'tmp/rpm-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const inside = folder.slice(path.length);
    const rpm = (program: string, ...args: string[]) => run('chroot', [path, program, ...args]);
    const installed = ['--root', `${inside}/image`, '--dbpath', '/var/lib/rpm', '--define', `_db_backend ${backend}`];

    await mkdir(join(folder, 'image'));
    await writeFile(join(folder, 'tried.spec'), spec);
    await rpm('rpmbuild', '-bb', '--quiet', '--define', `_topdir ${inside}`, `${inside}/tried.spec`);
    const packages = (await run('find', [join(folder, 'RPMS'), '-name', '*.rpm'])).trim().split('\n');
    assert.equal(packages.length, 4);
    await rpm('rpm', '--install', '--nodeps', ...installed, ...packages.map((each) => each.slice(path.length)));
    // Leaves a hole.
    await rpm('rpm', '--erase', '--nodeps', ...installed, 'tried-gone');
    const ask = (format: string) => rpm('rpm', ...installed, '--query', '--all', '--queryformat', format);
    const theirs = await ask('%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH}\\n');
    const files = await ask('[%{=NAME} %{FILENAMES}\\n]');

    const layer = join(folder, 'layer.tar');
    await run('tar', ['--create', '--file', layer, '--directory', join(folder, 'image'), '.']);
    const archive = join(folder, 'image.tar');
    await writeFile(archive, tar(legacySave([{ layers: [await readFile(layer)] }])));
    const service = new ImageService();
    const reference = `docker-archive:${archive}`;
    const report = await service.report(reference, never);
    assert.deepEqual(report.problems, []);
    assert.deepEqual(
      report.packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture}`).sort(),
      linesOf(theirs),
    );
    assert.match(theirs, /^tried-early 7:1\.2~rc1-3/m);
    const owned: string[] = [];
    for (const each of report.packages)
      for (const { path } of (await service.packageFiles({ reference, package: each, limit: 100_000 }, never)).rows)
        owned.push(`${each.name} ${path}`);
    const inImage: string[] = [];
    for await (const entry of service.files(reference, { kind: 'image' }, never))
      if (entry.type !== 'directory') inImage.push(entry.path);
    const there = new Set(inImage);
    const listed = linesOf(Buffer.from(files, 'latin1').toString()).filter((line) =>
      there.has(line.replace(/^\S+ /, '')),
    );
    assert.ok(listed.length > 3000);
    assert.deepEqual(onlyInOne(owned, listed), []);
    await service.closeAll();
  });
}

const linesOf = (text: string) => text.trim().split('\n').sort();

/** An epoch, a version with a tilde, files that rpm lists and does not bring, links of both kinds, names that are not ASCII, and more files than a page holds. */
const spec = `
Name: tried
Version: 1.0
Release: 1.el9
Summary: tried
License: none
BuildArch: noarch
%description
tried
%package early
Version: 1.2~rc1
Release: 3
Epoch: 7
Summary: early
%description early
early
%package many
Summary: many
%description many
many
%package gone
Summary: gone
%description gone
gone
%install
mkdir -p %{buildroot}/usr/share/tried/folder %{buildroot}/usr/share/many %{buildroot}/usr/share/gone %{buildroot}/opt/early
cd %{buildroot}/usr/share/tried
echo a > a; ln a hard; ln -s a soft; echo b > 'two words'; echo c > ünïcödé
echo d > %{buildroot}/opt/early/d; echo e > %{buildroot}/usr/share/gone/e
for i in $(seq 3000); do : > %{buildroot}/usr/share/many/$i; done
%files
/usr/share/tried
%ghost /var/log/tried
%files early
/opt/early
%files many
/usr/share/many
%files gone
/usr/share/gone
`;
