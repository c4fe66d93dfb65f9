// A series of numbers as an SVG path. Pure.

export const LINE_WIDTH = 300;
export const LINE_HEIGHT = 60;
/** Padding for the stroke's width at the maximum and at 0. */
const MARGIN = 3;

export function linePath(values: readonly number[], most: number): string {
  const step = values.length > 1 ? LINE_WIDTH / (values.length - 1) : 0;
  const points = values.map((value, i) => {
    const y = LINE_HEIGHT - MARGIN - (most > 0 ? value / most : 0) * (LINE_HEIGHT - 2 * MARGIN);
    return `${Math.round(i * step * 10) / 10} ${Math.round(y * 10) / 10}`;
  });
  return points.length > 0 ? `M${points.join("L")}` : "";
}
