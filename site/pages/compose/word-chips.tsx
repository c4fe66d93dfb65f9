// Chips that insert words into the prompt: members, an ordinary person, and the base's words by kind.

import type { Adapter } from "../../api.ts";
import { calledBy, type Member } from "../../composition/form.ts";
import {
  ADAPTER_GROUPS,
  addPerson,
  clauseAt,
  type Edited,
  hasPhrase,
  isBackground,
  phraseOf,
  togglePhrase,
  triggersIn,
} from "../../composition/prompt.ts";
import { Icon } from "../../ui/icon.tsx";

const GROUP_NAMES: Record<string, string> = {
  expression: "Expression",
  place: "Place",
  background: "Background",
  hair: "Hair",
  hair_colour: "Hair colour",
  skin: "Skin",
  glasses: "Extras",
  clothes: "Clothes",
  style: "Style",
};

export function WordChips(props: {
  prompt: string;
  caret: number;
  members: readonly Member[];
  adapters: ReadonlyMap<string, Adapter>;
  words: Record<string, string[]>;
  onEdit: (edited: Edited) => void;
}) {
  const { prompt, caret, words, onEdit } = props;
  const clause = clauseAt(prompt, caret).text;
  // Looks are offered for ordinary persons only; an adapter determines its own.
  const ordinary = clause.trim() !== "" && triggersIn(clause).length === 0 && !isBackground(clause);
  const groups = Object.keys(GROUP_NAMES).filter(
    (group) => (words[group]?.length ?? 0) > 0 && (ordinary || ADAPTER_GROUPS.includes(group)),
  );
  const mentioned = triggersIn(prompt);
  const called = calledBy(props.members, { base: null, adapters: props.adapters });
  const person = `a ${words.style?.[0] ?? ""} person`.replace("  ", " ");
  return (
    <div class="chip-groups">
      <Group name="People">
        {props.members.map(({ ref }) => {
          const trigger = called.get(ref);
          if (!trigger) return null;
          const used = mentioned.includes(trigger);
          return (
            <button
              type="button"
              key={ref}
              class="chip trigger"
              aria-pressed={used}
              disabled={used}
              onClick={() => onEdit(addPerson(prompt, trigger))}
            >
              {trigger}
            </button>
          );
        })}
        <button type="button" class="chip" onClick={() => onEdit(addPerson(prompt, person))}>
          <Icon name="add" />
          an ordinary person
        </button>
      </Group>
      {groups.map((group) => (
        <Group key={group} name={GROUP_NAMES[group] ?? group}>
          {(words[group] ?? []).map((word) => (
            <button
              type="button"
              key={word}
              class="chip"
              aria-pressed={hasPhrase(group === "background" ? prompt : clause, phraseOf(group, word))}
              onClick={() =>
                onEdit(togglePhrase({ prompt, caret }, { group, word, words: words[group] ?? [] }))
              }
            >
              {word.replace(/ background$/, "")}
            </button>
          ))}
        </Group>
      ))}
    </div>
  );
}

function Group({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <fieldset class="chip-group">
      <legend class="visually-hidden">{name}</legend>
      <span class="label" aria-hidden="true">
        {name}
      </span>
      <div class="chips">{children}</div>
    </fieldset>
  );
}
