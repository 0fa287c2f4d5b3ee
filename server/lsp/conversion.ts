/** The conversion of an open document, with what its build context says where that can be read. */
import { type Connection, ResponseError } from 'vscode-languageserver';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { stageNamed, targetStages } from '../dockerfile/targets.ts';
import { type BuildPlace, buildOf, convertDocument } from '../protocol.ts';
import { type Conversion, FAMILIES, type Family } from '../recipes/conversion.ts';
import { alternatives, type ConvertOptions, contextNeeds, convert } from '../recipes/convert.ts';
import { belowDevelopment } from '../recipes/shipped-stage.ts';
import { today } from '../today.ts';
import { asBuilt, conversionOptions } from '../workspace/circumstances.ts';
import type { OpenDocument, OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';
import type { SettingsReader } from './settings.ts';

export type Converted = Extract<Conversion, { outcome: 'converted' }>;

export interface ConvertedStage extends Converted {
  /** As --target names it; undefined: the one that ships. */
  readonly stage: string | undefined;
}

export interface Converter {
  /** `family` goes before that of the project, and that before the one of the settings. `stage` is named as --target does. */
  best(document: OpenDocument, family?: Family, stage?: string): Promise<Conversion>;
  /** The one that fits best, and then those of other families: of the stage around the line where that ships too, else of the one that ships. */
  all(
    document: OpenDocument,
    line: number,
  ): Promise<{ readonly best: Conversion; readonly offered: readonly ConvertedStage[] }>;
}

/** What is asked of a conversion. */
interface Asked {
  readonly dockerfile: Dockerfile;
  readonly options: ConvertOptions;
}

export function createConverter(judge: Judge, settings: SettingsReader): Converter {
  const surroundingsOf = (document: OpenDocument, stage: number | undefined) =>
    judge.read(document, (built) => contextNeeds(built, stage));
  const given = async (document: OpenDocument, stage?: number): Promise<Asked> => {
    const { family } = await settings.get(document.uri);
    const surroundings = await surroundingsOf(document, stage);
    const dockerfile = asBuilt(document.dockerfile, surroundings);
    const options = {
      ...(family ? { family } : {}),
      ...conversionOptions(dockerfile, surroundings),
      today: today(),
      ...(stage === undefined ? {} : { stage }),
    };
    return { dockerfile, options };
  };
  const offers = async (document: OpenDocument, index: number): Promise<readonly ConvertedStage[]> => {
    const { dockerfile, options } = await given(document, index);
    const best = convert(dockerfile, options);
    if (best.outcome !== 'converted') return [];
    const stage = dockerfile.stages[index]?.name?.text ?? String(index);
    return [best, ...alternatives(dockerfile, options, best)].map((it) => ({ ...it, stage }));
  };
  /** Stages that ship besides the one that is converted by default, and those that may, where that is for development. */
  const others = async (document: OpenDocument): Promise<readonly number[]> => {
    const { dockerfile } = document;
    const { names, sure } = (await surroundingsOf(document, undefined))?.targets ?? { names: [], sure: false };
    const { targets } = targetStages(dockerfile, names, sure);
    return [...(targets.length > 1 ? targets : []), ...belowDevelopment(dockerfile)];
  };
  return {
    async best(document, family, stage) {
      const index = stage === undefined ? undefined : stageNamed(document.dockerfile, stage);
      const { dockerfile, options } = await given(document, index);
      return convert(dockerfile, family === undefined ? options : { ...options, family });
    },
    async all(document, line) {
      const { dockerfile, options } = await given(document);
      const best = convert(dockerfile, options);
      const more = await others(document);
      const here = dockerfile.stages.findLast(({ from }) => from.range.start.line <= line);
      const asked = more.filter((index) => index === here?.index);
      const stages = asked.length > 0 ? asked : best.outcome === 'converted' ? [] : more;
      const offered = (await Promise.all(stages.map((index) => offers(document, index)))).flat();
      if (offered.length > 0 || best.outcome !== 'converted') return { best, offered };
      const all = [best, ...alternatives(dockerfile, options, best)];
      return { best, offered: all.map((it) => ({ ...it, stage: undefined })) };
    },
  };
}

export function offerConversion(
  connection: Connection,
  documents: OpenDocuments,
  judge: Judge,
  converter: Converter,
): void {
  connection.onRequest<Conversion, unknown>(
    convertDocument.method,
    async ({ uri, family, stage }: { uri: string; family?: unknown; stage?: unknown }) => {
      const document = documents.get(uri);
      if (!document) throw new ResponseError(-32602, 'This document is not an open Dockerfile.');
      return converter.best(
        document,
        FAMILIES.find((it) => it === family),
        typeof stage === 'string' ? stage : undefined,
      );
    },
  );
  connection.onRequest<BuildPlace, unknown>(buildOf.method, async ({ uri }: { uri: string }) => {
    const document = documents.get(uri);
    return { folder: document && (await judge.read(document, []))?.contextFolder };
  });
}
