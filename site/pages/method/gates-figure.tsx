// Where each member's residual acts, for prompts that name nobody, one or two, and for three ways of training.

import { useState } from "preact/hooks";
import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";
import { Segmented } from "../../ui/segmented.tsx";
import type { SlotOwner } from "../../ui/slot-pattern.tsx";
import { PEOPLE } from "../../ui/three-slots.tsx";
import { actingAt, GRID, type Scene, type Way, widthOf } from "./gate-maps.ts";

const CELL = 10;
const DOT = 8.5;
const GAIN = EMBEDDED_BASE.gate.gain;
const WAYS: readonly (readonly [Way, string])[] = [
  ["loras", "LoRAs"],
  ["slots", "Slots"],
  ["gates", "Slots and gates"],
];
const [FIRST, SECOND] = PEOPLE as readonly [SlotOwner, SlotOwner];
const SCENES: readonly Scene[] = [
  { text: "a smiling person", named: [] },
  { text: `<${FIRST.name}> smiling`, named: [FIRST] },
  { text: `<${FIRST.name}> smiling; <${SECOND.name}> sad`, named: [FIRST, SECOND] },
];
const OUTCOMES: Record<Way, string> = {
  loras: "Every residual acts everywhere, whoever is named, and two may push in the same directions.",
  slots:
    "Every residual acts everywhere, whoever is named. Their columns differ, but what passes through the layer has a part in all of them.",
  gates:
    "A residual acts where its person is looked at. Who is not named has a gate of 0 everywhere: the picture is the same to the last bit.",
};

export function GatesFigure() {
  const [way, setWay] = useState<Way>("gates");
  return (
    <div class="gates">
      <Segmented label="How the adapters are trained" value={way} options={WAYS} onChange={setWay} />
      {/* Not a caption: it would be as wide as the table, and scroll with it. */}
      <p class="gates-title" id="gates-title">
        Where the residuals of three loaded adapters act
      </p>
      <div class="table-scroll">
        <table class="gates-maps" aria-labelledby="gates-title">
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">Prompt</span>
              </th>
              {PEOPLE.map(({ name, index }) => (
                <th key={name} scope="col" class={`cast-${index}`}>
                  <span class="visually-hidden">residual of </span>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {SCENES.map((scene) => (
              <tr key={scene.text}>
                <th scope="row">{scene.text}</th>
                {PEOPLE.map((member) => (
                  <td key={member.name}>
                    <GateMap
                      values={actingAt(way, scene, member, GAIN)}
                      width={widthOf(scene)}
                      index={member.index}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="gates-outcome" aria-live="polite">
        {OUTCOMES[way]}
      </p>
    </div>
  );
}

function saidOf(values: readonly number[]): string {
  if (values.every((value) => value === 0)) return "acts nowhere";
  return values.every((value) => value === 1) ? "acts everywhere" : "acts where the person stands";
}

function GateMap({ values, width, index }: { values: readonly number[]; width: number; index: number }) {
  return (
    <svg
      class={`gate-map cast-${index}`}
      viewBox={`0 0 ${width * CELL} ${GRID * CELL}`}
      width={width * CELL}
      role="img"
      aria-label={saidOf(values)}
    >
      {values.map((value, position) => {
        const box = {
          x: (position % width) * CELL,
          y: Math.floor(position / width) * CELL,
          width: DOT,
          height: DOT,
          rx: 1.5,
        };
        // A position has no other identity than its place.
        const key = position;
        return (
          <g key={key}>
            <rect class="slot-empty" {...box} />
            <rect class="gate-open" fill-opacity={value} {...box} />
          </g>
        );
      })}
    </svg>
  );
}
