// Three people, the columns that each owns, and all of them on one basis: no cell is taken twice.

import cast1 from "../../schema/bases/cast-1.json";
import { SlotPattern } from "./slot-pattern.tsx";

/** Slots of one class: they differ in their lowest digit only, so their lines run side by side. */
const CLASS_START = 31 * 3;
const PEOPLE = [
  { name: "ivy", slot: CLASS_START + 2, index: 0 },
  { name: "paco", slot: CLASS_START + 11, index: 1 },
  { name: "rosa", slot: CLASS_START + 21, index: 2 },
];

export function ThreeSlots() {
  return (
    <div class="three-slots">
      {PEOPLE.map((person) => (
        <div key={person.name} class={`slot-row cast-${person.index}`}>
          <span class="trigger">{`<${person.name}>`}</span>
          <SlotPattern base={cast1} owners={[person]} />
        </div>
      ))}
      <div class="slot-row slot-sum">
        <span class="trigger">together</span>
        <SlotPattern base={cast1} owners={PEOPLE} />
      </div>
    </div>
  );
}
