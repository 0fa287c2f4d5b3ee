/** Where go.mod is in the image, and what it says. */
import { filesNamed } from './context-files.ts';
import type { Subject } from './subject.ts';

export interface GoModule {
  readonly folder: string | undefined;
  /** The module's path, when go.mod could be read. */
  readonly name: string | undefined;
  /** Undefined: it could not be read. */
  readonly requires: readonly string[] | undefined;
}

export function moduleOf(subject: Subject): GoModule {
  const places = filesNamed(subject, 'go.mod');
  const place = places.find(({ path }) => subject.context.has(path)) ?? places[0];
  const text = place && subject.context.get(place.path);
  if (text === undefined) return { folder: place?.folder, name: undefined, requires: undefined };
  const requires = [...text.matchAll(/^[ \t]*(?:require\s+)?([\w.~-]+(?:\/[\w.~-]+)+)\s+v\d/gm)].map(
    ([, name]) => name!,
  );
  return { folder: place?.folder, name: /^[ \t]*module\s+"?([^\s"]+)/m.exec(text)?.[1], requires };
}
