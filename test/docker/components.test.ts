/**
 * What is flagged in base images, as lists that a person has read (`test/fixtures/components/*.txt`): the stand-ins of `test/bases`, opened as archives. Versions
 * and sizes are left out, so that a new release of a package changes nothing. `npm test` looks at those whose stand-ins its conversions need anyway; `npm run prove`, or
 * DISTROLESS_COMPONENTS=all or names with commas between them, at others. `UPDATE=1` writes the lists anew.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImageService } from '../../server/image-service.ts';
import type { ImageReport } from '../../server/inspect/report.ts';
import { packagesReason } from '../bases/debian.ts';
import { made, type StandIn } from '../bases/stand-in.ts';
import { standInOf } from '../bases/stand-ins.ts';
import { skipUnless } from '../support/engine.ts';
import { file, header, tar } from '../support/image-builder.ts';

/** Made in minutes where they are not there yet, those below in seconds or for the conversions too. */
const others = [
  'gcr.io/distroless/base-debian13:nonroot',
  'gcr.io/distroless/base-debian13:debug-nonroot',
  'gcr.io/distroless/cc-debian13:nonroot',
  'gcr.io/distroless/java21-debian13:nonroot',
  'debian:13',
  'node:24-bookworm-slim',
];
const always = [
  'gcr.io/distroless/static-debian13:nonroot',
  'gcr.io/distroless/nodejs24-debian13:nonroot',
  'gcr.io/distroless/python3-debian13:nonroot',
  'python:3.13-slim',
];
const folder = join(import.meta.dirname, '../fixtures/components');
const asked = process.env.DISTROLESS_COMPONENTS;
const all = [...always, ...others];
const chosen =
  asked === undefined ? always : all.filter((reference) => asked === 'all' || asked.split(',').includes(reference));
const skip = skipUnless(packagesReason());

for (const reference of chosen) {
  test(`${reference}: what is flagged is what a person has read`, { skip }, async () => {
    const standIn = standInOf(reference);
    assert.ok(standIn, `There is no stand-in of ${reference}.`);
    const text = listing(reference, await reportOf(standIn));
    const golden = join(folder, fileOf(reference));
    if (process.env.UPDATE === '1') await writeFile(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });
}

test('every list is one of these images’', () => {
  assert.deepEqual(readdirSync(folder).sort(), all.map(fileOf).sort());
});

const fileOf = (reference: string) => `${reference.replace(/^.*\//, '').replace(/[^\w.-]/g, '-')}.txt`;

/** The gravest first; paths of what is blamed, all of them. */
function listing(reference: string, { base, components, packages, problems }: ImageReport): string {
  const lines = [
    reference,
    `base: ${base ? `${base.name}${base.distroless ? ', distroless' : ''}, up to layer ${base.upTo === undefined ? 'unknown' : base.upTo + 1}${base.exact ? '' : ' at least'}` : 'none'}`,
    `packages: ${[...new Set(packages.map(({ type }) => type))].sort().join(', ')}`,
    ...problems,
  ];
  for (const { severity, category, title, evidence, packages } of components) {
    lines.push(
      '',
      `${severity} ${category}: ${title}`,
      ...(packages.length > 0 ? [`  of ${few(plain(packages))}`] : []),
    );
    if (severity === 'error' || severity === 'warning')
      lines.push(...plain(evidence.map(({ path }) => path)).map((path) => `  ${path}`));
  }
  return `${lines.join('\n')}\n`;
}

/** Without versions, each once. */
function plain(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.replace(/\d+(\.\d+)+/g, 'N')))];
}

function few(names: readonly string[]): string {
  return names.slice(0, 12).join(', ') + (names.length > 12 ? ' …' : '');
}

async function reportOf(standIn: StandIn): Promise<ImageReport> {
  const temporary = await mkdtemp(join(tmpdir(), 'distroless-components-'));
  const service = new ImageService();
  try {
    const path = join(temporary, 'image.tar');
    await writeArchive(path, await made(standIn), configOf(standIn.configuration));
    return await service.report(`docker-archive:${path}`, new AbortController().signal);
  } finally {
    await service.closeAll();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Lines of a Dockerfile: those that the report heeds. */
function configOf(lines: readonly string[]) {
  const of = (keyword: string) =>
    lines.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1));
  const command = (text: string | undefined): readonly string[] =>
    text === undefined ? [] : text.startsWith('[') ? (JSON.parse(text) as string[]) : ['/bin/sh', '-c', text];
  return {
    User: of('USER').at(-1) ?? '',
    Entrypoint: command(of('ENTRYPOINT').at(-1)),
    Cmd: command(of('CMD').at(-1)),
    Env: of('ENV'),
  };
}

/** As `docker save` writes it, with the layer streamed: it may be larger than what fits into memory. */
async function writeArchive(path: string, layer: string, config: object): Promise<void> {
  const size = statSync(layer).size;
  const json = (value: unknown) => JSON.stringify(value);
  const out = createWriteStream(path);
  const digest = createHash('sha256');
  out.write(header({ name: 'layer.tar', size }));
  for await (const chunk of createReadStream(layer)) {
    digest.update(chunk);
    if (!out.write(chunk)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.write(Buffer.alloc((512 - (size % 512)) % 512));
  const manifest = [{ Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] }];
  const end = tar([
    file(
      'config.json',
      json({
        architecture: 'amd64',
        os: 'linux',
        config,
        rootfs: { type: 'layers', diff_ids: [`sha256:${digest.digest('hex')}`] },
      }),
    ),
    file('manifest.json', json(manifest)),
  ]);
  await new Promise<void>((resolve, reject) => {
    out.on('error', reject);
    out.end(end, () => resolve());
  });
}
