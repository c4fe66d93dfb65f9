// An illustration of cross-attention: the input channels that a word uses, and which residuals respond, for three ways of training.
// Slots and marks are those of the base; the amplitudes of words are made up.

import { radixOf, slotColumns, slotDimensions } from "../../../functions/lib/slot.ts";
import type { PatternBase, SlotOwner } from "../../ui/slot-pattern.tsx";

/** LoRAs trained separately, orthogonal slots in all channels, and marked slots in reserved channels. */
export type Way = "loras" | "slots" | "marks";

export interface Word {
  text: string;
  /** The member whose trigger it is; null for a word of the base. */
  concept: SlotOwner | null;
}

export interface Channel {
  /** Amplitude: 0 where the word has no component, up to 1. */
  loudness: number;
  /** The member whose residual reads this channel. */
  owner: SlotOwner | null;
}

export interface Channels {
  perRow: number;
  /** The first half of the channels: all of it carries words. */
  said: Channel[];
  /** The second half: reserved where slots are marked, else like the first. */
  rest: Channel[];
}

/** A deterministic number in [0, 1) for a text and a position, by FNV-1a. */
function shade(text: string, place: number): number {
  let hash = 0x811c9dc5 ^ place;
  for (const character of `${text}/${place}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32;
}

/** Position of column k in rows of `perRow`: a row for each group, columns that no slot can own at the ends of the rows. */
function placeOf(column: number, rows: number, radix: number, perRow: number): number {
  const used = rows * radix;
  if (column < used) return Math.floor(column / radix) * perRow + (column % radix);
  const left = column - used;
  return (left % rows) * perRow + radix + Math.floor(left / rows);
}

export function channelsOf(
  way: Way,
  word: Word,
  concepts: readonly SlotOwner[],
  base: PatternBase,
): Channels {
  const { rank } = base;
  const widths = slotDimensions(base);
  const n = Math.min(...widths);
  const radix = radixOf(widths, rank);
  const perRow = n / rank;
  const loud = (place: number) => 0.15 + 0.85 * shade(word.text, place);
  const said = (from: number): Channel[] =>
    Array.from({ length: n }, (_, place) => ({ loudness: loud(from + place), owner: null }));
  if (way === "loras") return { perRow, said: said(0), rest: said(n) };
  if (way === "slots") {
    const all = [...said(0), ...said(n)];
    for (const concept of concepts) {
      for (const column of slotColumns(concept.slot, 2 * n, 2 * rank, radix)) {
        const channel = all[placeOf(column, 2 * rank, radix, perRow)];
        if (channel) channel.owner = concept;
      }
    }
    return { perRow, said: all.slice(0, n), rest: all.slice(n) };
  }
  const rest: Channel[] = Array.from({ length: n }, () => ({ loudness: 0, owner: null }));
  for (const concept of concepts) {
    for (const column of slotColumns(concept.slot, n, rank, radix)) {
      rest[placeOf(column, rank, radix, perRow)] = {
        loudness: word.concept?.slot === concept.slot ? 1 : 0,
        owner: concept,
      };
    }
  }
  return { perRow, said: said(0), rest };
}

/** How strongly a concept's residual responds to a word: the mean amplitude over the channels it reads, 0..1. */
export function answerOf(way: Way, word: Word, concept: SlotOwner, base: PatternBase): number {
  const { said, rest } = channelsOf(way, word, [concept], base);
  const heard = [...said, ...rest].filter((channel) => way === "loras" || channel.owner !== null);
  const loudness = heard.reduce((sum, channel) => sum + channel.loudness, 0) / heard.length;
  return way !== "marks" && word.concept?.slot === concept.slot ? 1 : loudness;
}
