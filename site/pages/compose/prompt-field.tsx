// The prompt: text, and word chips that act on the clause under the caret.

import { useRef, useState } from "preact/hooks";
import { PROMPT_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { Adapter } from "../../api.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Member } from "./form.ts";
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
} from "./prompt.ts";

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

export function PromptField(props: {
  prompt: string;
  members: readonly Member[];
  adapters: ReadonlyMap<string, Adapter>;
  words: Record<string, string[]>;
  fault: string | null;
  onChange: (prompt: string) => void;
}) {
  const { prompt, words } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const clause = clauseAt(prompt, caret);
  const trigger = triggersIn(clause.text)[0];
  const ofAdapter = trigger !== undefined || isBackground(clause.text);
  const groups = Object.keys(GROUP_NAMES).filter(
    (group) => (words[group]?.length ?? 0) > 0 && (!ofAdapter || ADAPTER_GROUPS.includes(group)),
  );

  const take = ({ prompt: next, caret: at }: Edited) => {
    props.onChange(next);
    setCaret(at);
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
  };
  const note = (event: Event) => setCaret((event.currentTarget as HTMLTextAreaElement).selectionEnd);
  const person = `a ${words.style?.[0] ?? ""} person`.replace("  ", " ");

  return (
    <div class="field prompt-field">
      <label for="prompt">Prompt</label>
      <textarea
        ref={field}
        id="prompt"
        class="input"
        rows={3}
        maxLength={PROMPT_MAX_CHARACTERS}
        placeholder="<ana> smiling, left; <bo> laughing, right; sky background"
        value={prompt}
        aria-describedby="prompt-hint"
        aria-invalid={props.fault !== null}
        spellcheck={false}
        onInput={(event) => {
          props.onChange(event.currentTarget.value);
          note(event);
        }}
        onSelect={note}
        onKeyUp={note}
        onClick={note}
      />
      {props.fault && (
        <p class="fault" role="alert">
          {props.fault}
        </p>
      )}
      <p class="hint" id="prompt-hint">
        One clause a person, split by <kbd>;</kbd>. Chips change the clause where the cursor is
        {trigger ? (
          <>
            {", now "}
            <span class="trigger">{trigger}</span>
          </>
        ) : null}
        .
      </p>
      <div class="chip-groups">
        <div class="chip-group">
          <span class="label">People</span>
          <div class="chips">
            {props.members.map(({ ref }) => {
              const each = props.adapters.get(ref)?.latest_version?.trigger;
              if (!each) return null;
              const used = triggersIn(prompt).includes(each);
              return (
                <button
                  type="button"
                  key={ref}
                  class="chip trigger"
                  aria-pressed={used}
                  disabled={used}
                  onClick={() => take(addPerson(prompt, each))}
                >
                  {each}
                </button>
              );
            })}
            <button type="button" class="chip" onClick={() => take(addPerson(prompt, person))}>
              <Icon name="add" />
              an ordinary person
            </button>
          </div>
        </div>
        {groups.map((group) => (
          <div class="chip-group" key={group}>
            <span class="label">{GROUP_NAMES[group]}</span>
            <div class="chips">
              {(words[group] ?? []).map((word) => (
                <button
                  type="button"
                  key={word}
                  class="chip"
                  aria-pressed={hasPhrase(
                    group === "background" ? prompt : clause.text,
                    phraseOf(group, word),
                  )}
                  onClick={() => take(togglePhrase(prompt, caret, group, word, words[group] ?? []))}
                >
                  {word.replace(/ background$/, "")}
                </button>
              ))}
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
