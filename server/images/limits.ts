/** How much of an image is read before we stop and say so. Generous to any real image, and an end to any made to exhaust us. */

export const limits = {
  /** Entries of one layer. The largest seen in public bug reports is 3 million empty files. */
  layerEntries: 3_000_000,
  /** Files of one layer whose capabilities or device numbers are kept. A whole Debian has a dozen. */
  layerSpecials: 100_000,
  /** Bytes of all names and link targets of one layer. */
  layerNameBytes: 256 << 20,
  /** Linux's PATH_MAX: nothing longer can be made on disk. */
  pathBytes: 4096,
  /** Folders in folders; a path of PATH_MAX bytes has no more. */
  depth: 2048,
  /** Links followed on the way to a file; the kernel's own limit. */
  linkDepth: 40,
  /** One PAX header or GNU long name, as Go's archive/tar has it. */
  paxBytes: 1 << 20,
  /** Data extents of a sparse file. */
  sparseExtents: 65_536,
  /** Bytes that come out of one compressed layer. */
  inflatedBytes: 128 * 2 ** 30,
  /** Out of so many bytes at least, a layer may not be more than `inflationRatio` times its stored size. */
  inflatedFree: 4 * 2 ** 30,
  inflationRatio: 200,
  /** One JSON document of an archive: manifest, index, config. Registries stop at 4 MiB for manifests; configs may be larger. */
  jsonBytes: 8 << 20,
  /** All JSON documents kept while a stream is read. */
  jsonBytesTotal: 64 << 20,
  /** Entries of the archive that holds the image. */
  archiveEntries: 100_000,
  /** Layers of one image. Engines stop at 127. */
  layers: 1_000,
  /** Images listed of one archive. */
  images: 1_000,
  /** Index in index. */
  indexDepth: 8,
  /** Small facts kept of one layer. */
  layerFacts: 20_000,
  /** One part of a body that its first bytes point to. */
  furtherBytes: 8 << 20,
  /** Bytes read for those of one kind. */
  layerFactBytes: 256 << 20,
} as const;

export type Limits = Readonly<Record<keyof typeof limits, number>>;
