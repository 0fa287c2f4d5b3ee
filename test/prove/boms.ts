/**
 * Bills of materials as their formats want them: CycloneDX against the schema of its project, SPDX read and judged by the SPDX project’s own tools, which come
 * from PyPI into the project's `.cache`. Both are also shown to refuse what is wrong. With the schema of SPDX 2.3 in SPDX_SCHEMA (spdx/spdx-spec,
 * schemas/spdx-schema.json), that too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageService } from '../../server/image-service.ts';
import { writeHostileImage } from '../editor/hostile-names.ts';
import { sampleImage } from '../editor/sample-image.ts';

const root = join(import.meta.dirname, '../..');
const venv = join(root, '.cache/boms');
const python = join(venv, 'bin/python');
const schemas = join(root, 'node_modules/@cyclonedx/cyclonedx-library/res/schema');

const judge = `
import glob, json, os, sys
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
schemas, folder, failed = sys.argv[1], sys.argv[2], False
load = lambda path: json.load(open(path))
registry = Registry()
for path in glob.glob(schemas + '/*.schema.json'):
    one = load(path)
    resource = Resource.from_contents(one)
    for name in (one['$id'], 'http://cyclonedx.org/schema/' + os.path.basename(path)):
        registry = registry.with_resource(name, resource)
against = {'cyclonedx': [Draft7Validator(load(schemas + '/bom-1.6.SNAPSHOT.schema.json'), registry=registry)], 'spdx': []}
if os.environ.get('SPDX_SCHEMA'):
    against['spdx'].append(Draft7Validator(load(os.environ['SPDX_SCHEMA'])))
def wrong(path, format):
    found = [f'{list(e.path)}: {e.message[:200]}' for each in against[format] for e in each.iter_errors(load(path))]
    if format == 'spdx':
        try:
            found += [m.validation_message for m in validate_full_spdx_document(parse_file(path))]
        except SPDXParsingError as error:
            found += error.get_messages()
    return found
for path in sorted(glob.glob(folder + '/*.json')):
    name, format = os.path.basename(path).split('.')[:2]
    found = wrong(path, format)
    as_wanted = bool(found) if name == 'broken' else not found
    failed |= not as_wanted
    print(f"| {name} | {format} | {len(found)} | {'as it should be' if as_wanted else '**not so**'} |")
    if name != 'broken':
        for each in found[:5]: print('  ', each)
sys.exit(failed)
`;

const folder = mkdtempSync(join(tmpdir(), 'distroless-boms-'));
try {
  if (!existsSync(python)) {
    if (spawnSync('python3', ['-m', 'venv', venv]).status !== 0) {
      console.log('Skipped: the tools of the SPDX project need Python 3 with venv.');
      process.exit(0);
    }
    const tools = ['jsonschema==4.26.0', 'spdx-tools==0.8.3'];
    const { status } = spawnSync(python, ['-m', 'pip', 'install', '--quiet', ...tools], { stdio: 'inherit' });
    if (status !== 0) {
      rmSync(venv, { recursive: true });
      throw new Error('The tools could not be installed from PyPI.');
    }
  }
  await write();
  console.log('| image | format | complaints | |\n|---|---|---|---|');
  process.exitCode = spawnSync(python, ['-c', judge, schemas, `${folder}/written`], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function write(): Promise<void> {
  mkdirSync(join(folder, 'written'));
  await writeHostileImage(folder);
  writeFileSync(join(folder, 'sample.tar'), sampleImage());
  const plain = [{ createdBy: 'COPY x /', entries: [{ path: 'x', body: 'x' }] }];
  writeFileSync(join(folder, 'nothing.tar'), sampleImage('nothing:1', plain));
  const images = new ImageService();
  for (const name of ['sample', 'hostile', 'nothing'])
    for (const format of ['cyclonedx', 'spdx'] as const) {
      const text = await images.sbom(join(folder, `${name}.tar`), format, new AbortController().signal);
      writeFileSync(join(folder, 'written', `${name}.${format}.json`), text);
      if (name !== 'sample') continue;
      const broken = JSON.parse(text);
      if (format === 'spdx') broken.packages[0].downloadLocation = 'nowhere in particular';
      else broken.components[0].type = 'thing';
      writeFileSync(join(folder, 'written', `broken.${format}.json`), JSON.stringify(broken));
    }
  await images.closeAll();
}
