// The prompt field, the generate button (passed in), and the chips that act on the clause under the caret.

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { PROMPT_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { Adapter } from "../../api.ts";
import type { Member } from "./form.ts";
import { clauseAt, type Edited, triggersIn } from "./prompt.ts";
import { WordChips } from "./word-chips.tsx";

export function PromptField(props: {
  prompt: string;
  members: readonly Member[];
  adapters: ReadonlyMap<string, Adapter>;
  words: Record<string, string[]>;
  fault: string | null;
  onChange: (prompt: string) => void;
  children: ComponentChildren;
}) {
  const { prompt } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const trigger = triggersIn(clauseAt(prompt, caret).text)[0];

  const take = ({ prompt: next, caret: at }: Edited) => {
    props.onChange(next);
    setCaret(at);
    // The browser moves the caret to the end of a new value; it is restored, so that the next chip acts on the same clause.
    requestAnimationFrame(() => field.current?.setSelectionRange(at, at));
  };
  const note = (event: Event) => setCaret((event.currentTarget as HTMLTextAreaElement).selectionEnd);

  return (
    <div class="prompt-field">
      <div class="field">
        <label for="prompt">Prompt</label>
        <textarea
          ref={field}
          id="prompt"
          class="input"
          rows={2}
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
          {trigger && (
            <>
              {", now "}
              <span class="trigger">{trigger}</span>
            </>
          )}
          .
        </p>
      </div>
      {props.children}
      <WordChips
        prompt={prompt}
        caret={caret}
        members={props.members}
        adapters={props.adapters}
        words={props.words}
        onEdit={take}
      />
    </div>
  );
}
