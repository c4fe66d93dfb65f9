// An illustration of gated residuals: where in a picture each concept's residual acts, for three ways of training.
// The gate is that of the base; how much attention a position pays to a person's tokens is made up.

import type { SlotOwner } from "../../ui/slot-pattern.tsx";

/** LoRAs trained separately, orthogonal slots, and slots with gates. */
export type Way = "loras" | "slots" | "gates";

export interface Scene {
  text: string;
  /** The members that the prompt names, from left to right. */
  named: readonly SlotOwner[];
}

/** Positions along one side of a person's cell. */
export const GRID = 8;
/** The most attention that one position pays to a person's tokens. */
const MOST = 0.35;
const REACH = { x: 0.38, y: 0.45 };

export const widthOf = ({ named }: Scene) => GRID * Math.max(1, named.length);

/** Share of attention at a distance from a person's middle, in cells. */
const attentionAt = (dx: number, dy: number) => MOST * Math.exp(-((dx / REACH.x) ** 2) - (dy / REACH.y) ** 2);

export const gateOf = (attention: number, gain: number) => Math.min(1, gain * attention);

/** How much of a member's residual acts at each position, rows first: 1 is all of it. */
export function actingAt(way: Way, scene: Scene, member: SlotOwner, gain: number): number[] {
  const width = widthOf(scene);
  const place = scene.named.findIndex(({ slot }) => slot === member.slot);
  return Array.from({ length: GRID * width }, (_, position) => {
    if (way !== "gates") return 1;
    if (place < 0) return 0;
    const x = ((position % width) + 0.5) / GRID;
    const y = (Math.floor(position / width) + 0.5) / GRID;
    return gateOf(attentionAt(x - place - 0.5, y - 0.5), gain);
  });
}
