/** The explorer, on an engine of this machine's own `dockerd`. */
import { engineReason, skipUnless, startEngine } from '../support/engine.ts';
import { testExplorer } from './explorer-tests.ts';
import { debianReason } from './odd-image.ts';

testExplorer({ name: 'this machine’s engine', start: startEngine, skip: skipUnless(engineReason() ?? debianReason()) });
