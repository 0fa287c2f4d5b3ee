/** The image explorer in a real editor, without an engine. One editor for all of it: its start takes longer than most tests. */
import { after, afterEach, before } from 'node:test';
import { skipUnless } from '../support/engine.ts';
import { editorReason } from './editor.ts';
import { addArchives } from './explorer/added-archives.ts';
import { testArchives } from './explorer/archives.ts';
import { testComparing } from './explorer/comparing.ts';
import { testFiles } from './explorer/files.ts';
import { testFinding } from './explorer/finding.ts';
import { testLayers } from './explorer/layers.ts';
import { testOddities } from './explorer/odd.ts';
import { testOpening } from './explorer/opening.ts';
import { editor, open } from './hands.ts';

const skip = skipUnless(editorReason());

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(() => open({ prepare: addArchives, viewport: { width: 1280, height: 1000 } }));
  after(() => editor?.close());
}

testOpening(skip);
testFiles(skip);
testFinding(skip);
testArchives(skip);
testOddities(skip);
testLayers(skip);
testComparing(skip);
