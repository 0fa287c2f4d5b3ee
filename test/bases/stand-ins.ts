/**
 * Stand-ins of public base images, for machines that cannot pull: made of Debian's packages and the languages' own registries by the vendors' own lists, labelled as
 * stand-ins, and never outside an engine of the tests' own. Nothing of server/bases is read here, or a wrong fact would prove itself.
 */
import { bun } from './bun.ts';
import { deno } from './deno.ts';
import { golang } from './golang.ts';
import { google } from './google.ts';
import { java } from './java.ts';
import { nginx } from './nginx.ts';
import { node } from './node.ts';
import { older } from './older.ts';
import { php } from './php.ts';
import { plain } from './plain.ts';
import { python } from './python.ts';
import { ruby } from './ruby.ts';
import { rust } from './rust.ts';
import type { StandIn } from './stand-in.ts';

const families = [google, golang, node, nginx, python, java, rust, deno, bun, ruby, php, plain, older];

export function standInOf(reference: string): StandIn | undefined {
  for (const family of families) {
    const found = family(reference);
    if (found) return found;
  }
  return undefined;
}
