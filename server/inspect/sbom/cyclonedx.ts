/** The packages of an image as CycloneDX 1.6 JSON. */
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { purlOf } from './purl.ts';
import { imagePurl, type Subject } from './subject.ts';

export function cyclonedxOf(subject: Subject): string {
  const { name, description, report, created, id, version } = subject;
  const image = new Models.Component(Enums.ComponentType.Container, name, { bomRef: 'image' });
  const purl = imagePurl(subject);
  if (description.digest) image.version = description.digest;
  if (purl !== undefined) image.purl = purl;
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${id}`,
    metadata: new Models.Metadata({
      timestamp: new Date(created),
      component: image,
      tools: new Models.Tools({
        components: new Models.ComponentRepository([
          new Models.Component(Enums.ComponentType.Application, 'distroless', { version }),
        ]),
      }),
    }),
  });
  for (const [index, each] of report.packages.entries()) {
    const purl = purlOf(each, report.system)?.toString();
    const component = new Models.Component(Enums.ComponentType.Library, each.name, {
      bomRef: `package-${index + 1}`,
      ...(each.version ? { version: each.version } : {}),
      ...(purl !== undefined ? { purl } : {}),
      properties: new Models.PropertyRepository([
        new Models.Property('distroless:source', each.source),
        new Models.Property('distroless:layer', String(each.layer + 1)),
      ]),
    });
    image.dependencies.add(component.bomRef);
    bom.components.add(component);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`;
}
