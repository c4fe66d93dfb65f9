// Which residual responds to which word: channels above, responses beside, for three ways of training.

import { useState } from "preact/hooks";
import cast2 from "../../../schema/bases/cast-2.json";
import { Segmented } from "../../ui/segmented.tsx";
import { PEOPLE } from "../../ui/three-slots.tsx";
import { answerOf, type Channel, channelsOf, type Way, type Word } from "./answers.ts";

const CELL = 10;
const DOT = 8;
const WAYS: readonly (readonly [Way, string])[] = [
  ["loras", "LoRAs"],
  ["slots", "Slots"],
  ["marks", "Marked slots"],
];
const WORDS: readonly Word[] = [
  { text: "smiling", concept: null },
  { text: "red hair", concept: null },
  { text: "sky background", concept: null },
  ...PEOPLE.map((concept) => ({ text: `<${concept.name}>`, concept })),
];
const FIRST = WORDS[3] as Word;
const RESERVED = cast2.basis.reserved;
const CHANNELS = cast2.layers[0]?.in_features ?? 0;

const LEGENDS: Record<Way, readonly [string, string]> = {
  loras: [`All ${CHANNELS} channels carry words.`, "Every residual listens to all of them."],
  slots: [
    `All ${CHANNELS} channels carry words.`,
    "Residuals listen to their columns (framed). Words are there.",
  ],
  marks: [
    `${CHANNELS - RESERVED} channels carry words.`,
    `${RESERVED} are reserved. Slots (framed) and marks (filled) lie here.`,
  ],
};

export function ChannelsFigure() {
  const [way, setWay] = useState<Way>("marks");
  const [word, setWord] = useState<Word>(FIRST);
  const { perRow, said, rest } = channelsOf(way, word, PEOPLE, cast2);
  const [above, below] = LEGENDS[way];
  return (
    <div class="channels">
      <Segmented label="How the adapters are trained" value={way} options={WAYS} onChange={setWay} />
      <div class="channels-body">
        <div class="channels-rows" aria-hidden="true">
          <p>{above}</p>
          <ChannelRows channels={said} perRow={perRow} />
          <p>{below}</p>
          <ChannelRows channels={rest} perRow={perRow} />
        </div>
        <p class="channels-outcome" aria-live="polite">
          {outcomeOf(way, word)}
        </p>
        <table class="channels-answers">
          <caption>Who answers to which word</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">Word</span>
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
            {WORDS.map((each) => (
              <tr key={each.text}>
                <th scope="row">
                  <button
                    type="button"
                    class="chip"
                    aria-pressed={each.text === word.text}
                    onClick={() => setWord(each)}
                  >
                    {each.text}
                  </button>
                </th>
                {PEOPLE.map((person) => (
                  <td key={person.name}>
                    <Answer value={answerOf(way, each, person, cast2)} index={person.index} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function ChannelRows({ channels, perRow }: { channels: readonly Channel[]; perRow: number }) {
  const rows = Math.ceil(channels.length / perRow);
  return (
    <svg class="channel-rows" viewBox={`-1 -1 ${perRow * CELL} ${rows * CELL}`} aria-hidden="true">
      {channels.map(({ loudness, owner }, place) => {
        const box = {
          x: (place % perRow) * CELL,
          y: Math.floor(place / perRow) * CELL,
          width: DOT,
          height: DOT,
          rx: 1.5,
        };
        // A channel has no other identity than its position.
        const key = place;
        return (
          <g key={key} class={owner ? `cast-${owner.index}` : ""}>
            <rect class="slot-empty" {...box} />
            <rect class={owner ? "channel-owned" : "channel-said"} fill-opacity={loudness} {...box} />
            {owner && <rect class="channel-frame" {...box} />}
          </g>
        );
      })}
    </svg>
  );
}

function Answer({ value, index }: { value: number; index: number }) {
  return (
    <span class={`answer cast-${index}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <rect class="slot-empty" width="20" height="20" rx="4" />
        <rect class="slot-cell" width="20" height="20" rx="4" fill-opacity={value} />
      </svg>
      {value === 0 ? <span>0</span> : <span class="visually-hidden">answers</span>}
    </span>
  );
}

/** What happens when a word is read while all adapters are merged. */
function outcomeOf(way: Way, word: Word): string {
  const others = PEOPLE.filter((person) => person !== word.concept).map((person) => person.name);
  if (!word.concept) {
    return way === "marks"
      ? `“${word.text}” is read: every residual hears 0, so the base's output is unchanged.`
      : `“${word.text}” is read: all residuals answer, although it names nobody.`;
  }
  return way === "marks"
    ? `${word.text} is read: only the residual of ${word.concept.name} answers. ${others.join(" and ")} hear 0.`
    : `${word.text} is read: ${word.concept.name} answers, and so do ${others.join(" and ")}.`;
}
