/** How COPY --from names a stage. */
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';

const kept = new WeakMap<Dockerfile, ReadonlyMap<string, number>>();

/** Its name, unless a later stage has the same; else its number. */
export function nameOf(dockerfile: Dockerfile, { name, index }: Stage): string {
  let last = kept.get(dockerfile);
  if (!last) {
    last = new Map(dockerfile.stages.flatMap((stage) => (stage.name ? [[key(stage.name.text), stage.index]] : [])));
    kept.set(dockerfile, last);
  }
  return name && last.get(key(name.text)) === index ? name.text : String(index);
}

const key = (name: string) => name.toLowerCase();
