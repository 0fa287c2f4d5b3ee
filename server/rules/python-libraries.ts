/** A Python package that loads a shared library which the base does not have. */
import { pythonLibraries as libraries } from '../facts/python-libraries.ts';
import { bringsLibraries } from './linkage.ts';
import { type PythonInstall, pythonInstalls, type Requirement, requirementsOf } from './python-installs.ts';
import type { Check, Trouble } from './rule.ts';
import { type Shipment, shipments } from './shipped.ts';

/** For missing-libraries: the distroless image for Python has only what Python itself needs. */
export function* pythonLibraries(check: Check): Generator<Trouble> {
  for (const shipment of shipments(check)) {
    const { base, root } = shipment;
    if (!base.distroless || base.runtime?.language !== 'python' || !root.image || bringsLibraries(shipment)) continue;
    const needed = neededBy(
      pythonInstalls(check.dockerfile)
        .filter((install) => mayShip(shipment, install))
        .flatMap((install) => requirementsOf(install, check.context)),
    );
    if (!needed) continue;
    yield {
      message: `“${needed.name}”${needed.path === undefined ? ', which is installed here,' : ` in ${needed.path}`} loads ${needed.library}, which “${base.reference}” has not. ${needed.instead ? `Use “${needed.instead}” instead, or copy` : 'Copy'} the library and what it needs from the build stage.`,
      range: root.image.range,
      severity: 'warning',
    };
  }
}

function mayShip({ taken }: Shipment, { stage, target }: PythonInstall): boolean {
  const paths = taken.get(stage.index);
  return paths !== undefined && (target === undefined || paths.find(`${target}/`) !== undefined);
}

/** A wheel with all of psycopg’s libraries in it, which psycopg looks for. */
const BRINGS_LIBPQ = /^psycopg[-_.]binary\b|^psycopg\s*\[[^\]]*binary/i;

function neededBy(requirements: readonly Requirement[]) {
  const hasBinary = requirements.some(({ text }) => BRINGS_LIBPQ.test(text));
  for (const { text, path } of requirements) {
    const [, written = '', extras = ''] = /^([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?/.exec(text) ?? [];
    const name = written.toLowerCase().replace(/[._]/g, '-');
    const found = libraries.get(name);
    // Of another system, by its marker.
    if (!found || /binary/.test(extras) || /\b(sys_platform|platform_system|os_name)\b/.test(text)) continue;
    if (name !== 'psycopg' || !hasBinary) return { name: written, path, ...found };
  }
  return undefined;
}
