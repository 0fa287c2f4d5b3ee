import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LineEdit, lineAfter } from '../../../client/conversion/line-map.ts';

const original = 'FROM golang\nWORKDIR /src\nRUN go build\nUSER 1000\nCMD ["/app"]\n';

function edit(start: [number, number], end: [number, number], newText: string): LineEdit {
  return {
    range: { start: { line: start[0], character: start[1] }, end: { line: end[0], character: end[1] } },
    newText,
  };
}

function apply(edits: readonly LineEdit[]): string {
  const lines = original.split('\n');
  const at = ({ line, character }: { line: number; character: number }) =>
    lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character;
  return edits.toReversed().reduce((text, { range, newText }) => {
    return text.slice(0, at(range.start)) + newText + text.slice(at(range.end));
  }, original);
}

function wordsAfter(line: number, edits: readonly LineEdit[]): string | undefined {
  const edited = apply(edits);
  return edited.split('\n')[lineAfter(line, original, edits, edited)];
}

test('lines below what is added move down, those above stay', () => {
  const edits = [edit([2, 0], [2, 0], 'ENV CGO_ENABLED=0\n'), edit([4, 0], [4, 0], '\nFROM scratch\n')];
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((line) => wordsAfter(line, edits)),
    ['FROM golang', 'WORKDIR /src', 'RUN go build', 'USER 1000', 'CMD ["/app"]'],
  );
});

test('a line that is changed inside stays where it is', () => {
  const edits = [edit([0, 11], [0, 11], ' AS build'), edit([2, 4], [2, 12], 'CGO_ENABLED=0 \\\n  go build')];
  assert.equal(wordsAfter(0, edits), 'FROM golang AS build');
  assert.equal(wordsAfter(2, edits), 'RUN CGO_ENABLED=0 \\');
  assert.equal(wordsAfter(3, edits), 'USER 1000');
});

test('what is put behind a line does not move it', () => {
  const edits = [edit([1, 12], [1, 12], '\nCOPY . .')];
  assert.equal(wordsAfter(1, edits), 'WORKDIR /src');
  assert.equal(wordsAfter(2, edits), 'RUN go build');
});

test('a line that moves is found where it stands now', () => {
  const edits = [edit([3, 0], [4, 0], '\nFROM scratch\nLABEL a=b\nUSER 1000\n')];
  assert.equal(wordsAfter(3, edits), 'USER 1000');
});

test('a line that has gone is where it was', () => {
  assert.equal(wordsAfter(3, [edit([3, 0], [4, 0], '')]), 'CMD ["/app"]');
  assert.equal(wordsAfter(3, [edit([2, 12], [5, 0], '')]), 'RUN go build');
});

test('a line outside the text is its last one', () => {
  assert.equal(lineAfter(90, original, [], original), 5);
});
