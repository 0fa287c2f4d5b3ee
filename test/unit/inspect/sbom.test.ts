/** Bills of materials. That they are as the schemas want them is tried by `npm run prove`. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import type { PackageType } from '../../../server/inspect/report.ts';
import { purlOf } from '../../../server/inspect/sbom/purl.ts';
import { file, hybridSave, tar } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const status = `Package: libssl3t64
Status: install ok installed
Version: 3.5.1-1+deb13u1
Architecture: amd64
`;

async function service(t: TestContext) {
  const layers = [
    tar([
      file('etc/os-release', 'ID=debian\nVERSION_ID="13"\n'),
      file('var/lib/dpkg/status', status),
      file('app/node_modules/@scope/name/package.json', '{"name":"@scope/name","version":"1.0.0"}'),
    ]),
  ];
  const reference = await archiveWith(t, hybridSave([{ name: 'team/app:1', layers }]));
  const images = new ImageService();
  t.after(() => images.closeAll());
  return { images, reference };
}

const purls = ['pkg:deb/debian/libssl3t64@3.5.1-1+deb13u1?arch=amd64&distro=debian-13', 'pkg:npm/%40scope/name@1.0.0'];

test('CycloneDX: the image, what is in it, and where that was read', async (t) => {
  const { images, reference } = await service(t);
  const bom = JSON.parse(await images.sbom(reference, 'cyclonedx', never));
  assert.equal(bom.bomFormat, 'CycloneDX');
  assert.equal(bom.specVersion, '1.6');
  assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f-]{36}$/);
  assert.equal(bom.metadata.component.type, 'container');
  assert.equal(bom.metadata.component.name, 'team/app:1');
  assert.deepEqual(bom.components.map(({ purl }: { purl: string }) => purl).sort(), purls);
  const [ssl] = bom.components.filter(({ name }: { name: string }) => name === 'libssl3t64');
  assert.deepEqual(ssl.properties, [
    { name: 'distroless:source', value: '/var/lib/dpkg/status' },
    { name: 'distroless:layer', value: '1' },
  ]);
  const image = bom.dependencies.find(({ ref }: { ref: string }) => ref === bom.metadata.component['bom-ref']);
  assert.deepEqual(
    image.dependsOn.sort(),
    bom.components.map((each: Record<string, string>) => each['bom-ref']).sort(),
  );
});

test('SPDX: the document describes the image, which contains the packages', async (t) => {
  const { images, reference } = await service(t);
  const document = JSON.parse(await images.sbom(reference, 'spdx', never));
  assert.equal(document.spdxVersion, 'SPDX-2.3');
  assert.match(document.creationInfo.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const [image, ...packages] = document.packages;
  assert.equal(image.primaryPackagePurpose, 'CONTAINER');
  type Described = { SPDXID: string; externalRefs: { referenceLocator: string }[] };
  assert.deepEqual(
    packages.flatMap((each: Described) => each.externalRefs.map((ref) => ref.referenceLocator)).sort(),
    purls,
  );
  assert.deepEqual(
    document.relationships.map((each: Record<string, string>) => Object.values(each).join(' ')),
    [
      'SPDXRef-DOCUMENT DESCRIBES SPDXRef-Image',
      ...packages.map(({ SPDXID }: Described) => `SPDXRef-Image CONTAINS ${SPDXID}`),
    ],
  );
});

test('package URLs as the specification has them for each kind', () => {
  const url = (type: PackageType, name: string, system?: { id: string; version: string }) => {
    const rest = { architecture: 'x86_64', source: '/x', layer: 0, files: undefined, size: undefined, fromBase: null };
    return purlOf({ type, name, version: '1.0', ...rest }, system)?.toString();
  };
  assert.equal(
    url('apk', 'busybox', { id: 'wolfi', version: '' }),
    'pkg:apk/wolfi/busybox@1.0?arch=x86_64&distro=wolfi',
  );
  assert.equal(
    url('rpm', 'bash', { id: 'fedora', version: '42' }),
    'pkg:rpm/fedora/bash@1.0?arch=x86_64&distro=fedora-42',
  );
  assert.equal(url('deb', 'bash'), 'pkg:deb/debian/bash@1.0?arch=x86_64');
  assert.equal(url('maven', 'org.slf4j:slf4j-api'), 'pkg:maven/org.slf4j/slf4j-api@1.0');
  assert.equal(url('golang', 'github.com/google/uuid'), 'pkg:golang/github.com/google/uuid@1.0');
  assert.equal(url('pypi', 'Flask_Cors'), 'pkg:pypi/flask-cors@1.0');
  assert.equal(url('gem', 'rails'), 'pkg:gem/rails@1.0');
  assert.equal(url('npm', ''), undefined);
});
