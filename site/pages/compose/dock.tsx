// Prompt and Generate, at the lower edge of the window at every width, with the settings that change from picture to picture.

import type { ComponentChildren, RefObject } from "preact";
import { PROMPT_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { Icon } from "../../ui/icon.tsx";
import { signInUrl } from "../../ui/notice.tsx";
import { randomSeed } from "./settings.tsx";

export function Dock(props: {
  prompt: string;
  field: RefObject<HTMLTextAreaElement | null>;
  fault: string | null;
  guest: boolean;
  /** Whether the base reads prompts by clauses, one a person. */
  clauses: boolean;
  busy: boolean;
  count: number;
  seed: number | null;
  /** The seed of the picture on the canvas: what locking takes. */
  shownSeed: number | null;
  onPrompt: (prompt: string) => void;
  onCaret: (at: number) => void;
  onSeed: (seed: number | null) => void;
  onCount: (count: number) => void;
  onGenerate: () => void;
  children?: ComponentChildren;
}) {
  const note = (event: Event) => props.onCaret((event.currentTarget as HTMLTextAreaElement).selectionEnd);
  const ready = props.prompt.trim() !== "" && !props.busy;
  return (
    <form
      class="dock"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !props.guest) props.onGenerate();
      }}
    >
      <div class="dock-row">
        <label class="visually-hidden" for="prompt">
          Prompt
        </label>
        <textarea
          ref={props.field}
          id="prompt"
          class="input"
          rows={1}
          maxLength={PROMPT_MAX_CHARACTERS}
          placeholder="<ana> smiling, left; <bo> laughing, right; sky background"
          value={props.prompt}
          aria-describedby="prompt-hint"
          aria-invalid={props.fault !== null}
          spellcheck={false}
          onInput={(event) => {
            props.onPrompt(event.currentTarget.value);
            note(event);
          }}
          onSelect={note}
          onKeyUp={note}
          onClick={note}
        />
        {props.guest ? (
          <a class="button primary" href={signInUrl()}>
            Sign in to generate
          </a>
        ) : (
          <button type="submit" class="button primary" disabled={!ready} title="Ctrl+Enter">
            <Icon name="spark" />
            {props.count > 1 ? `Generate ${props.count}` : "Generate"}
          </button>
        )}
      </div>
      {props.fault && (
        <p class="fault" role="alert">
          {props.fault}
        </p>
      )}
      <div class="dock-line">
        <SeedLock seed={props.seed} shownSeed={props.shownSeed} onSeed={props.onSeed} />
        <Count count={props.count} onCount={props.onCount} />
        {props.children}
        <p class="hint" id="prompt-hint">
          {props.clauses && (
            <>
              One clause a person, split by <kbd>;</kbd>.{" "}
            </>
          )}
          <kbd>Ctrl</kbd>+<kbd>Enter</kbd> generates, <kbd>?</kbd> lists the keys.
        </p>
      </div>
    </form>
  );
}

function SeedLock(props: {
  seed: number | null;
  shownSeed: number | null;
  onSeed: (seed: number | null) => void;
}) {
  const { seed } = props;
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={seed !== null}
      title={seed === null ? "Keep one seed for the next pictures" : "A new seed for each picture"}
      onClick={() => props.onSeed(seed === null ? (props.shownSeed ?? randomSeed()) : null)}
    >
      <Icon name={seed === null ? "unlock" : "lock"} />
      <span class="numbers">{seed === null ? "Random seed" : `Seed ${seed}`}</span>
    </button>
  );
}

const COUNTS = [1, 2, 4, 8];

function Count({ count, onCount }: { count: number; onCount: (count: number) => void }) {
  const next = COUNTS[(COUNTS.findIndex((each) => each >= count) + 1) % COUNTS.length] ?? 1;
  return (
    <button
      type="button"
      class="chip"
      aria-label={`Pictures for each press: ${count}. Change to ${next}`}
      onClick={() => onCount(next)}
    >
      <Icon name="image" />
      <span class="numbers">{`× ${count}`}</span>
    </button>
  );
}
