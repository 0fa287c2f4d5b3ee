/** What a shape is, and what they are written with. */
import type { Circumstances } from '../../server/rules/check.ts';

export interface Shape {
  readonly name: string;
  /** As many lines, or as many things on one line. */
  text(lines: number): string;
  /** All stages are built by name, as a bake file may say. */
  readonly allTargets?: true;
  /** What else the rules are told. */
  circumstances?(lines: number): Partial<Circumstances>;
}

export const repeated = <Line>(count: number, line: (n: number) => Line): Line[] =>
  Array.from({ length: count }, (_, n) => line(n));
export const joined = (...lines: readonly (string | readonly string[])[]): string => `${lines.flat().join('\n')}\n`;

export const GO = 'FROM golang:1.27 AS build';
export const FINAL = 'FROM gcr.io/distroless/static-debian13:nonroot';
export const START = 'ENTRYPOINT ["/app"]';

export const shape = (name: string, text: Shape['text'], more: Partial<Shape> = {}): Shape => ({ name, text, ...more });
export const allTargets = { allTargets: true } as const;
