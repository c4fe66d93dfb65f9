// Sizes as programs made for OpenAI's API know them: no base need draw them. The nearest shape that it has is drawn, and enlarged. Pure.

import type { Base } from "../../schema/contract/bases.ts";

type Pixels = { width: number; height: number };
export type DrawnSize = { draw: Pixels; enlargeTo: Pixels | null };

/** OpenAI's own, of all its models of pictures. */
const OPENAI_SIZES = new Set([
  ...["256x256", "512x512", "1024x1024", "1792x1024", "1024x1792", "1536x1024", "1024x1536"],
]);

export const isOpenAiSize = (size: string): boolean => OPENAI_SIZES.has(size);

/** The narrowest canvas with a cell for each adapter, else the widest there is: nobody is added whom nobody asked for. */
export function sizeForMembers(base: Base, adapters: number): Base["sizes"][number] {
  const byCells = base.sizes.toSorted((a, b) => a.cells - b.cells);
  const size = byCells.find(({ cells }) => cells >= Math.max(1, adapters)) ?? byCells.at(-1);
  if (!size) throw new Error(`${base.id} has no sizes`);
  return size;
}

/**
 * What is drawn for one of OpenAI's sizes: it itself where the base has it; else the shape nearest to it, in the ratio of its sides, among
 * those with exactly as many cells as the adapters need. A base alone draws whomever it likes, so all its shapes are open.
 */
export function drawnSize(base: Base, asked: string, adapters: number): DrawnSize {
  const [width = 0, height = 0] = asked.split("x").map(Number);
  const own = base.sizes.find((size) => size.width === width && size.height === height);
  if (own) return { draw: own, enlargeTo: null };
  const { cells } = sizeForMembers(base, adapters);
  const open = adapters === 0 ? base.sizes : base.sizes.filter((size) => size.cells === cells);
  const distance = (size: Pixels) => Math.abs(Math.log((size.width / size.height) * (height / width)));
  const [draw] = open.toSorted(
    (a, b) => distance(a) - distance(b) || b.width * b.height - a.width * a.height,
  );
  if (!draw) throw new Error(`${base.id} has no sizes`);
  return { draw, enlargeTo: { width, height } };
}
