// Assigns people to cells, and the words of each adapter's caption. Cells of people without an adapter are left out, because the runner
// determines their looks. Pure. Twin of bases/cast/casting.py and of bases/cast/reading.py's `_place`.

import type { Region } from "../api.ts";
import { cellOf } from "./layout.ts";
import { type Palettes, type Person, readPrompt } from "./prompt.ts";

interface Role {
  place: number;
  trigger: string;
  expression: string;
}

export interface Casting {
  /** Left to right; only persons with an adapter. */
  roles: Role[];
  background: { kind: string; rgb: string | null };
  unknown: string[];
}

/** Of a concept whose prompt names none: captions of training pictures name their expressions. */
const UNSAID_EXPRESSION = "neutral";

export type CastingRefused = { refused: string };

/** `trained`: trigger -> the cell its adapter's box asks for, or null. */
export function castPrompt(
  text: string,
  cells: number,
  palettes: Palettes,
  trained: ReadonlyMap<string, Region | null>,
): Casting | CastingRefused {
  const { persons, background, unknown } = readPrompt(text, palettes);
  if (persons.length > cells) {
    return {
      refused: `The prompt describes ${persons.length} people, but this size has room for ${cells}.`,
    };
  }
  const roles: Role[] = [];
  placed(persons, cells, trained).forEach((person, place) => {
    if (person?.trigger && trained.has(person.trigger)) {
      roles.push({ place, trigger: person.trigger, expression: person.expression ?? UNSAID_EXPRESSION });
    }
  });
  return { roles, background: { kind: background.kind ?? "plain", rgb: background.rgb }, unknown };
}

function placed(
  persons: readonly Person[],
  cells: number,
  trained: ReadonlyMap<string, Region | null>,
): (Person | null)[] {
  const row: (Person | null)[] = Array.from({ length: cells }, () => null);
  const waiting: Person[] = [];
  for (const person of persons) {
    const region = person.trigger ? trained.get(person.trigger) : null;
    const said = region ? cellOf(region, cells) : person.place === -1 ? cells - 1 : person.place;
    const place = said === 1 && cells === 1 ? 0 : said;
    if (place === null || place >= cells || row[place]) waiting.push(person);
    else row[place] = person;
  }
  for (const person of waiting) row[row.indexOf(null)] = person;
  return row;
}
