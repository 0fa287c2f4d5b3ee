/** A squarified treemap (Bruls, Huizing, van Wijk 2000): rectangles whose areas are the sizes, each as near to a square as its neighbours allow. Pure. */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One rectangle for each size, in their order, which is from the largest down; together they fill the frame. Sizes of 0 get none of it. */
export function squarify(sizes: readonly number[], frame: Rectangle): readonly Rectangle[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= 0 || frame.width <= 0 || frame.height <= 0)
    return sizes.map(() => ({ x: frame.x, y: frame.y, width: 0, height: 0 }));
  const scale = (frame.width * frame.height) / total;
  const areas = sizes.map((size) => size * scale);
  const placed: Rectangle[] = [];
  let { x, y, width, height } = frame;
  for (let from = 0; from < areas.length; ) {
    const side = Math.min(width, height);
    let to = from + 1;
    let sum = areas[from]!;
    while (
      to < areas.length &&
      worst(areas[from]!, areas[to]!, sum + areas[to]!, side) <= worst(areas[from]!, areas[to - 1]!, sum, side)
    ) {
      sum += areas[to]!;
      to++;
    }
    const thickness = side > 0 ? sum / side : 0;
    let along = 0;
    for (let i = from; i < to; i++) {
      const length = thickness > 0 ? areas[i]! / thickness : 0;
      placed.push(
        width >= height
          ? { x, y: y + along, width: thickness, height: length }
          : { x: x + along, y, width: length, height: thickness },
      );
      along += length;
    }
    if (width >= height) {
      x += thickness;
      width = Math.max(width - thickness, 0);
    } else {
      y += thickness;
      height = Math.max(height - thickness, 0);
    }
    from = to;
  }
  return placed;
}

/** The worst ratio of sides in a row with these areas. */
function worst(largest: number, smallest: number, sum: number, side: number): number {
  const square = side * side;
  if (smallest <= 0 || sum <= 0) return Number.POSITIVE_INFINITY;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}
