// Three people, the columns that each owns, and all of them on one basis: no cell is used twice.

import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { type SlotOwner, SlotPattern } from "./slot-pattern.tsx";

/** The slots of these seeds. They are of one class, so they share no column. */
export const PEOPLE: readonly SlotOwner[] = [
  { name: "ivy", slot: 10, index: 0 },
  { name: "paco", slot: 18, index: 1 },
  { name: "rosa", slot: 20, index: 2 },
];

export function ThreeSlots() {
  return (
    <div class="three-slots">
      {PEOPLE.map((person) => (
        <div key={person.name} class={`slot-row cast-${person.index}`}>
          <span class="trigger">{`<${person.name}>`}</span>
          <SlotPattern base={EMBEDDED_BASE} owners={[person]} />
        </div>
      ))}
      <div class="slot-row slot-sum">
        <span class="trigger">together</span>
        <SlotPattern base={EMBEDDED_BASE} owners={PEOPLE} />
      </div>
    </div>
  );
}
