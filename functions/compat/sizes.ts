// The sizes of OpenAI's API, which a base need not support: the base's nearest shape is generated and then enlarged. Pure.

import type { Base } from "../../schema/contract/bases.ts";
import { generatesSize, roomOf, shapeFor } from "../lib/base-sizes.ts";

type Pixels = { width: number; height: number };
export type DrawnSize = { draw: Pixels; enlargeTo: Pixels | null };

/** OpenAI's own, of all its models of pictures. */
const OPENAI_SIZES = new Set([
  ...["256x256", "512x512", "1024x1024", "1792x1024", "1024x1792", "1536x1024", "1024x1536"],
]);

export const isOpenAiSize = (size: string): boolean => OPENAI_SIZES.has(size);

/**
 * What is drawn for one of OpenAI's sizes: it itself where the base has it; else the shape nearest to it, in the ratio of its sides, among
 * those with exactly as much room as the adapters and the prompt's people need. A base alone adds whomever it likes, so all its shapes with
 * room for the prompt's people are open.
 */
export function drawnSize(
  base: Base,
  asked: string,
  { adapters, people }: { adapters: number; people: number },
): DrawnSize {
  const [width = 0, height = 0] = asked.split("x").map(Number);
  if (generatesSize(base, { width, height })) return { draw: { width, height }, enlargeTo: null };
  const room = roomOf(shapeFor(base, Math.max(adapters, people)));
  const open = base.sizes.filter((shape) =>
    adapters === 0 ? roomOf(shape) >= room : roomOf(shape) === room,
  );
  const distance = (size: Pixels) => Math.abs(Math.log((size.width / size.height) * (height / width)));
  const [draw] = open.toSorted(
    (a, b) => distance(a) - distance(b) || b.width * b.height - a.width * a.height,
  );
  if (!draw) throw new Error(`${base.id} has no sizes`);
  return { draw, enlargeTo: { width, height } };
}
