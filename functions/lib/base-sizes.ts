// The sizes of a base, from its description, and how many members of a composition need room in one. Pure; runs in a Worker and a browser.

import type { Base } from "../../schema/contract/bases.ts";

type Pixels = { width: number; height: number };
type Sizes = Pick<Base, "sizes" | "size_range" | "default_size">;
type Side = NonNullable<Base["size_range"]>["width"];

const isOnStep = (value: number, { min, max, step }: Side) =>
  value >= min && value <= max && (value - min) % step === 0;

/** Whether the base generates pictures of that size. */
export function generatesSize({ sizes, size_range }: Sizes, { width, height }: Pixels): boolean {
  if (sizes.some((size) => size.width === width && size.height === height)) return true;
  if (!size_range || width * height > size_range.pixels_max) return false;
  return isOnStep(width, size_range.width) && isOnStep(height, size_range.height);
}

/** The side nearest to `value` that the base generates beside `other`. */
export function nearestSide(
  range: NonNullable<Base["size_range"]>,
  name: "width" | "height",
  value: number,
  other: number,
): number {
  const { min, max, step } = range[name];
  const most = Math.min(max, Math.floor(range.pixels_max / other));
  const steps = Math.min(Math.round((value - min) / step), Math.floor((most - min) / step));
  return min + Math.max(0, steps) * step;
}

/** How many people have places of their own in a shape: any number where the base places nobody. */
export const placesOf = ({ people }: Base["sizes"][number]) => people ?? Number.POSITIVE_INFINITY;

/** How many people have room in a shape, which is chosen for them where nobody asks for a size. */
export const roomOf = ({ people, room }: Base["sizes"][number]) => people ?? room ?? Number.POSITIVE_INFINITY;

/** Whether a prompt calls the member of a trigger, however it is capitalised. */
export const calls = (prompt: string, trigger: string): boolean => prompt.toLowerCase().includes(trigger);

/**
 * How many members need room: those that the prompt calls, and those with a region. Any other is not drawn, so it needs none. One whose
 * trigger is not known yet may be called.
 */
export const membersInNeedOfRoom = (
  members: readonly { trigger: string | undefined; region: object | null }[],
  prompt: string,
): number =>
  members.filter(({ trigger, region }) => region !== null || trigger === undefined || calls(prompt, trigger))
    .length;

/**
 * The base's own size where that has room for so many people; else the smallest shape that has, else the roomiest there is: nobody is added
 * whom nobody asked for.
 */
export function shapeFor({ sizes, default_size }: Sizes, people: number): Base["sizes"][number] {
  const wanted = Math.max(1, people);
  const own = sizes.find(({ width, height }) => `${width}x${height}` === default_size);
  if (own && roomOf(own) >= wanted) return own;
  const pixels = ({ width, height }: Pixels) => width * height;
  const bySize = sizes.toSorted((a, b) => pixels(a) - pixels(b));
  const most = Math.max(...sizes.map(roomOf));
  const shape = bySize.find((each) => roomOf(each) >= Math.min(wanted, most));
  if (!shape) throw new Error("A base has at least one size");
  return shape;
}
