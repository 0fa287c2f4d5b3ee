/** Judges open Dockerfiles: by their text, the user's settings, and what has been read so far of the folder around them. */
import { dirname } from 'node:path';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { type Targets, targetStages } from '../dockerfile/targets.ts';
import { FAMILIES } from '../recipes/conversion.ts';
import { contextNeeds, findingsOf } from '../rules/check.ts';
import { rules } from '../rules/index.ts';
import type { Finding } from '../rules/rule.ts';
import { today } from '../today.ts';
import { asBuilt, circumstancesOf, sameSurroundings } from '../workspace/circumstances.ts';
import { isForDevelopment } from '../workspace/development.ts';
import { isInside } from '../workspace/files.ts';
import { createWorkspace, type Needs, type Place, type Surroundings } from '../workspace/workspace.ts';
import type { OpenDocument, OpenDocuments } from './documents.ts';
import { pathOf } from './paths.ts';
import { type SettingsReader, sayBuildkitsChecks } from './settings.ts';

export interface Judge {
  /** What is wrong with the document. Never waits for the disk. */
  findings(document: OpenDocument): Promise<readonly Finding[]>;
  /** The same of what becomes of the document, by all rules or by one. */
  judging(document: OpenDocument): Promise<(dockerfile: Dockerfile, rule?: string) => readonly Finding[]>;
  /** Reads what rules ask for around the document, and keeps it for `findings`. Undefined where it is what was known, and where there is no folder. */
  look(document: OpenDocument): Promise<Surroundings | undefined>;
  /** The document as compose and bake files have it built, as far as they have been read. */
  built(document: OpenDocument): Dockerfile;
  /** The stages that the project has built, as far as it has been read. */
  targets(document: OpenDocument): Targets;
  /** Whether the project names that stage as one to be built, as far as it has been read. */
  isTarget(document: OpenDocument, name: string): boolean;
  /** Reads what somebody else asks for. */
  read(document: OpenDocument, needs: Needs): Promise<Surroundings | undefined>;
  /** The workspace folder that the document is in. */
  folderOf(uri: string): string | undefined;
  /** Compose and bake files may have come or gone. */
  filesChanged(): void;
}

const ruleNames: ReadonlySet<string> = new Set(rules.map(({ id }) => id));

const inNoFolder = (uri: string): Place => ({ path: `/${uri.slice(uri.lastIndexOf('/') + 1)}`, root: '/' });

/** `folders`: the `file:` URIs of the workspace. */
export function judgeOf(documents: OpenDocuments, settings: SettingsReader, folders: readonly string[]): Judge {
  const workspace = createWorkspace({ rules: ruleNames, families: FAMILIES }, documents.projectFile);
  const known = new Map<string, Surroundings>();
  documents.onClose((uri) => known.delete(uri));

  const folderOf = (uri: string) => {
    const path = pathOf(uri);
    const around = folders.map(pathOf).filter((folder) => folder !== undefined && path && isInside(folder, path));
    return around.sort((a, b) => b!.length - a!.length)[0];
  };
  const placeOf = (uri: string): Place | undefined => {
    const path = pathOf(uri);
    return path === undefined ? undefined : { path, root: folderOf(uri) ?? dirname(path) };
  };

  const read: Judge['read'] = async ({ uri, dockerfile }, needs) => {
    const place = placeOf(uri);
    return place && workspace.read(place, dockerfile, needs);
  };

  const judging: Judge['judging'] = async ({ uri }) => {
    const given = await settings.get(uri);
    const around = known.get(uri);
    // The name tells that much before anything was read, and where nothing can be.
    const named = around ? {} : { nothingShips: isForDevelopment(placeOf(uri) ?? inNoFolder(uri)) };
    const shown = sayBuildkitsChecks(given, settings.otherCheckers)
      ? rules
      : rules.filter((rule) => !rule.buildkit && !rule.saidElsewhere);
    return (dockerfile, only) => {
      const asked = only === undefined ? shown : shown.filter(({ id }) => id === only);
      const circumstances = circumstancesOf(dockerfile, around, { today: today(), rules: given.rules });
      return findingsOf(dockerfile, asked, { ...circumstances, ...named, ruleNames });
    };
  };

  return {
    findings: async (document) => (await judging(document))(document.dockerfile),
    judging,
    built: ({ uri, dockerfile }) => asBuilt(dockerfile, known.get(uri)),
    targets({ uri, dockerfile }) {
      const { names = [], sure } = known.get(uri)?.targets ?? {};
      return targetStages(dockerfile, names, sure);
    },
    isTarget: ({ uri }, name) =>
      known.get(uri)?.targets.names.some((one) => one?.toLowerCase() === name.toLowerCase()) === true,
    async look(document) {
      const surroundings = await read(document, (built, read) => contextNeeds(built, rules, read));
      if (!surroundings || !documents.get(document.uri)) return undefined;
      if (sameSurroundings(known.get(document.uri), surroundings)) return undefined;
      known.set(document.uri, surroundings);
      return surroundings;
    },
    read,
    folderOf,
    filesChanged: () => workspace.filesChanged(),
  };
}
