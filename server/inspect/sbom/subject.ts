/** What a bill of materials is of, and when and under which name it is written: said by the caller, so that the same image gives the same text. */
import type { ImageDescription } from '../../images/image.ts';
import type { ImageReport } from '../report.ts';

export interface Subject {
  readonly name: string;
  readonly description: ImageDescription;
  readonly report: ImageReport;
  /** ISO 8601, in UTC: `2026-11-21T10:00:00Z`. */
  readonly created: string;
  /** A UUID of this document. */
  readonly id: string;
  /** Of this program. */
  readonly version: string;
}

/** The image's own package URL: `pkg:oci/name@sha256:…`. Undefined where its digest is not known. */
export function imagePurl({ name, description: { digest } }: Subject): string | undefined {
  if (!digest) return undefined;
  const [path = ''] = name.split(/[@:](?!.*\/)/);
  return `pkg:oci/${encodeURIComponent(path.replace(/^.*\//, '').toLowerCase())}@${encodeURIComponent(digest)}`;
}
