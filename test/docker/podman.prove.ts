/** The explorer, on Podman 4.3 as it speaks Docker's language: its saves have layers that are links, and names begin with `localhost/`. Run by `npm run prove`. */
import { skipUnless } from '../support/engine.ts';
import { podmanReason, startPodman } from '../support/podman.ts';
import { testExplorer } from './explorer-tests.ts';
import { debianReason } from './odd-image.ts';

testExplorer({
  name: 'Podman 4.3',
  start: startPodman,
  podman: true,
  skip: skipUnless(podmanReason() ?? debianReason()),
});
