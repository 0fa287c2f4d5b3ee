/** The conversion of an open document, with what its build context says where that can be read. */
import { type Connection, ResponseError } from 'vscode-languageserver';
import { type BuildPlace, buildOf, convertDocument } from '../protocol.ts';
import { type Conversion, FAMILIES, type Family } from '../recipes/conversion.ts';
import { alternatives, type ConvertOptions, contextNeeds, convert } from '../recipes/convert.ts';
import { today } from '../today.ts';
import { conversionOptions } from '../workspace/circumstances.ts';
import type { OpenDocument, OpenDocuments } from './documents.ts';
import type { Judge } from './findings.ts';
import type { SettingsReader } from './settings.ts';

export type Converted = Extract<Conversion, { outcome: 'converted' }>;

export interface Converter {
  /** `family` goes before that of the project, and that before the one of the settings. */
  best(document: OpenDocument, family?: Family): Promise<Conversion>;
  /** The one that fits best, and then those of other families. */
  all(document: OpenDocument): Promise<{ readonly best: Conversion; readonly others: readonly Converted[] }>;
}

export function createConverter(judge: Judge, settings: SettingsReader): Converter {
  const optionsFor = async (document: OpenDocument): Promise<ConvertOptions> => {
    const { dockerfile } = document;
    const { family } = await settings.get();
    const surroundings = await judge.read(document, contextNeeds(dockerfile));
    return { ...(family ? { family } : {}), ...conversionOptions(dockerfile, surroundings), today: today() };
  };
  return {
    async best(document, family) {
      const options = await optionsFor(document);
      return convert(document.dockerfile, family === undefined ? options : { ...options, family });
    },
    async all(document) {
      const { dockerfile } = document;
      const options = await optionsFor(document);
      const best = convert(dockerfile, options);
      return { best, others: best.outcome === 'converted' ? alternatives(dockerfile, options, best) : [] };
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
    async ({ uri, family }: { uri: string; family?: unknown }) => {
      const document = documents.get(uri);
      if (!document) throw new ResponseError(-32602, 'This document is not an open Dockerfile.');
      return converter.best(
        document,
        FAMILIES.find((it) => it === family),
      );
    },
  );
  connection.onRequest<BuildPlace, unknown>(buildOf.method, async ({ uri }: { uri: string }) => {
    const document = documents.get(uri);
    const around = document && (await judge.read(document, []));
    return { folder: around?.contextFolder, target: around?.targets.names.find((name) => name !== undefined) };
  });
}
