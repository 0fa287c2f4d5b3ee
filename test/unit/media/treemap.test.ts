import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Rectangle, squarify } from '../../../media/report/treemap.ts';

const frame = { x: 10, y: 20, width: 600, height: 400 };

const area = ({ width, height }: Rectangle) => width * height;
const overlap = (a: Rectangle, b: Rectangle) =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

test('the example of the paper: 6, 6, 4, 3, 2, 2, 1 in 6 × 4', () => {
  const rectangles = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 6, height: 4 });
  const rounded = rectangles.map(({ x, y, width, height }) =>
    [x, y, width, height].map((value) => Math.round(value * 100) / 100),
  );
  assert.deepEqual(rounded.slice(0, 4), [
    [0, 0, 3, 2],
    [0, 2, 3, 2],
    [3, 0, 1.71, 2.33],
    [4.71, 0, 1.29, 2.33],
  ]);
});

test('areas are the sizes, nothing overlaps, and the frame is filled', () => {
  const sizes = Array.from({ length: 60 }, (_, i) => 1000 / (i + 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rectangles = squarify(sizes, frame);
  for (const [i, rectangle] of rectangles.entries()) {
    assert.ok(Math.abs(area(rectangle) - (sizes[i]! / total) * area(frame)) < 1e-6);
    assert.ok(rectangle.x >= frame.x - 1e-6 && rectangle.x + rectangle.width <= frame.x + frame.width + 1e-6);
    assert.ok(rectangle.y >= frame.y - 1e-6 && rectangle.y + rectangle.height <= frame.y + frame.height + 1e-6);
    for (const other of rectangles.slice(i + 1)) assert.ok(overlap(rectangle, other) < 1e-6);
  }
});

test('no rectangle is a needle where the sizes are alike', () => {
  for (const { width, height } of squarify(
    Array.from({ length: 12 }, () => 1),
    frame,
  ))
    assert.ok(Math.max(width / height, height / width) < 2, `${width} × ${height}`);
});

test('nothing, and sizes of nothing', () => {
  assert.deepEqual(squarify([], frame), []);
  assert.deepEqual(squarify([0, 0], frame).map(area), [0, 0]);
  const [all, none] = squarify([5, 0], frame);
  assert.equal(area(all!), area(frame));
  assert.equal(area(none!), 0);
  assert.deepEqual(squarify([1], { ...frame, width: 0 }).map(area), [0]);
});
