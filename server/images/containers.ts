/** The containers whose files were looked at: their folders as rows, and their files. */
import type { FileRow, SortBy } from '../protocol.ts';
import { type FileBody, ImageError } from './source.ts';
import { Container, type ContainerOptions } from './sources/container.ts';
import { containerPrefix, isContainerId } from './sources/engine-containers.ts';

export interface ContainersOptions extends ContainerOptions {
  readonly onBytes?: (reference: string, bytes: number) => void;
}

export interface ContainerFolderAsked {
  readonly reference: string;
  readonly folder: string;
  readonly offset: number;
  readonly count: number;
  readonly sort?: SortBy | undefined;
}

export const isContainer = (reference: string): boolean => reference.startsWith(containerPrefix);

/** All of it throws ImageError where a container or its files cannot be had. */
export class Containers {
  private readonly options: ContainersOptions;
  private readonly known = new Map<string, Container>();

  constructor(options: ContainersOptions) {
    this.options = options;
  }

  async folder({ reference, folder, offset, count, sort }: ContainerFolderAsked, signal: AbortSignal) {
    let told = 0;
    const onBytes = (bytes: number) => {
      if (Date.now() - told < tellEvery) return;
      told = Date.now();
      this.options.onBytes?.(reference, bytes);
    };
    const { entries, problems } = await this.container(reference).folder(folder, onBytes, signal);
    const sorted = sort === 'size' ? entries.toSorted((a, b) => b.size - a.size) : entries;
    const rows = sorted
      .slice(Math.max(offset, 0), Math.max(offset, 0) + Math.max(count, 0))
      .map((entry): FileRow => ({ ...entry, flags: [], flagged: 0, package: undefined }));
    return { rows, total: sorted.length, ...(problems.length > 0 && { problems }) };
  }

  file(reference: string, path: string, limit: number, signal: AbortSignal): Promise<FileBody> {
    return this.container(reference).file(path, limit, signal);
  }

  /** It is read anew when it is asked about again. */
  forget(reference: string): void {
    this.known.delete(reference);
  }

  private container(reference: string): Container {
    const id = reference.slice(containerPrefix.length);
    if (!isContainerId(id)) throw new ImageError('not-found', `“${id}” is not the ID of a container.`);
    const container = this.known.get(reference) ?? new Container(id, this.options);
    this.known.delete(reference);
    this.known.set(reference, container);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= keptContainers) break;
      this.known.delete(oldest);
    }
    return container;
  }
}

/** Each may hold a million names. */
const keptContainers = 4;
/** Milliseconds between two words about progress. */
const tellEvery = 100;
