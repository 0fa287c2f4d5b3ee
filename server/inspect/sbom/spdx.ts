/** The packages of an image as SPDX 2.3 JSON (spdx.github.io/spdx-spec/v2.3). No maintained library writes it. */
import { purlOf } from './purl.ts';
import { imagePurl, type Subject } from './subject.ts';

export function spdxOf(subject: Subject): string {
  const { name, report, created, id, version } = subject;
  const image = {
    SPDXID: 'SPDXRef-Image',
    name,
    ...(subject.description.digest ? { versionInfo: subject.description.digest } : {}),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: 'CONTAINER',
    ...externalRefs(imagePurl(subject)),
  };
  const packages = report.packages.map((each, index) => ({
    SPDXID: `SPDXRef-Package-${index + 1}`,
    name: each.name,
    ...(each.version ? { versionInfo: each.version } : {}),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    sourceInfo: `read from ${each.source}`,
    ...externalRefs(purlOf(each, report.system)?.toString()),
  }));
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(name)}-${id}`,
    creationInfo: { created, creators: [`Tool: distroless-${version}`] },
    packages: [image, ...packages],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: image.SPDXID },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: image.SPDXID,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function externalRefs(purl: string | undefined): object {
  if (purl === undefined) return {};
  return {
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}
