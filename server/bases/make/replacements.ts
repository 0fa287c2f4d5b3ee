/** Rows of what to take instead. */
import type { ReplacementRow } from '../data.ts';
import { type Cite, type Knowledge, languageOf } from './knowledge.ts';

/** Only what can be written after FROM as it is: recipes, paid registries and dated tags are left out. */
export function replacementRows(known: Knowledge, cite: Cite): ReplacementRow[] {
  return known.replacements.flatMap((entry) => {
    const images = entry.replacements
      .filter(({ kind, image }) => kind !== 'recipe' && !/<(date|org)>|\*| |^ubuntu\/|^scratch$/.test(image))
      // A list or a range of release lines stands for the one in use, as a placeholder does.
      .map(({ image }) =>
        image.replace(/<(NN|ver)>|(?<=:)[\d.]+(\|[\d.]+)+|(?<=:)\d\.\d-\d\.\d/, '<version>').replace(/\[.*\]/, ''),
      )
      .map((image) => (/:[^/]*$/.test(image) ? image : `${image}:latest`));
    if (images.length === 0) return [];
    return [
      {
        language: languageOf(entry.runtime) ?? entry.runtime,
        versions: entry.versions,
        images,
        sources: cite(entry.source),
      },
    ];
  });
}
