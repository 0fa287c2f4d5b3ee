/**
 * Small files of an image whose layers take long to read again: an engine can only send the whole image, from its beginning. What people open are mostly
 * scripts, settings and package records, so these are kept in memory as they come by; those of the layers read last, the application's own, stay longest.
 */
import type { FileBody } from './source.ts';

/** Takes files of one layer. */
export interface BodyKeeper {
  wants(size: number): boolean;
  add(offset: number, bytes: Uint8Array, size: number): void;
}

export class KeptBodies {
  private readonly bodies = new Map<string, Uint8Array>();
  private bytes = 0;
  private readonly most: number;

  constructor(most = mostBytes) {
    this.most = most;
  }

  /** `blob`: whatever tells the layers of the image apart. */
  of(blob: string): BodyKeeper {
    return {
      wants: (size) => size <= smallBytes,
      add: (offset, bytes, size) => {
        // A file that is cut short is not the whole file.
        if (bytes.length === size) this.put(`${blob}:${offset}`, bytes);
      },
    };
  }

  /** A file that was read on its own. */
  add(blob: string, offset: number, { bytes, truncated }: FileBody): void {
    if (!truncated && bytes.length <= this.most / 4) this.put(`${blob}:${offset}`, bytes);
  }

  find(blob: string, offset: number, limit: number): FileBody | undefined {
    const bytes = this.bodies.get(`${blob}:${offset}`);
    return bytes && { bytes: bytes.subarray(0, limit), size: bytes.length, truncated: bytes.length > limit };
  }

  private put(key: string, bytes: Uint8Array): void {
    const former = this.bodies.get(key);
    if (former) this.bytes -= former.length + overhead;
    this.bodies.delete(key);
    this.bodies.set(key, bytes);
    this.bytes += bytes.length + overhead;
    for (const [oldest, { length }] of this.bodies) {
      if (this.bytes <= this.most) break;
      this.bodies.delete(oldest);
      this.bytes -= length + overhead;
    }
  }
}

const smallBytes = 64 << 10;
const mostBytes = 32 << 20;
/** What an empty file takes, about. */
const overhead = 200;
