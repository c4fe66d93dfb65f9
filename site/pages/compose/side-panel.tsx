// Beside the canvas: the members with words and settings, or the recipe of the picture on the canvas.

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Edited } from "../../composition/prompt.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import type { Result } from "../../workspace/document.ts";
import { CastPanel } from "./cast-panel.tsx";
import { FromMix } from "./from-mix.tsx";
import { Recipe } from "./result.tsx";
import { Settings } from "./settings.tsx";
import type { Composer } from "./use-composer.ts";
import { WordChips } from "./word-chips.tsx";

const TABS = [
  ["members", "Members"],
  ["picture", "Picture"],
] as const;

export interface Prompting {
  field: RefObject<HTMLTextAreaElement | null>;
  caret: number;
  setCaret: (at: number) => void;
}

export function SidePanel(props: {
  composer: Composer;
  shown: Result | null;
  guest: boolean;
  prompting: Prompting;
  onPick: () => void;
}) {
  const { form, known, mix, change } = props.composer;
  const [tab, setTab] = useState<(typeof TABS)[number][0]>("members");
  return (
    <aside class="compose-side" aria-label="Members and settings">
      {props.shown && <Segmented label="Panel" value={tab} options={TABS} onChange={setTab} />}
      {known.failure ? <FailureNotice failure={known.failure} /> : <AccountFailure />}
      {props.shown && tab === "picture" ? (
        <Recipe result={props.shown} />
      ) : (
        <>
          <FromMix form={form} mix={mix} onRemove={() => change({ type: "set", values: { from: null } })} />
          <CastPanel form={form} known={known} guest={props.guest} change={change} onPick={props.onPick}>
            <Words composer={props.composer} prompting={props.prompting} />
          </CastPanel>
        </>
      )}
    </aside>
  );
}

function Words({ composer, prompting }: { composer: Composer; prompting: Prompting }) {
  const { form, known, jobs, change } = composer;
  const take = ({ prompt, caret }: Edited) => {
    change({ type: "prompt", prompt });
    prompting.setCaret(caret);
    // The browser moves the caret to the end of a new value; it is restored, so that the next chip acts on the same clause.
    requestAnimationFrame(() => prompting.field.current?.setSelectionRange(caret, caret));
  };
  return (
    <section class="panel">
      <h2>Words and settings</h2>
      <WordChips
        prompt={form.prompt}
        caret={prompting.caret}
        members={form.members}
        adapters={known.adapters}
        words={known.base?.words ?? {}}
        onEdit={take}
      />
      {known.base && (
        <Settings
          form={form}
          base={known.base}
          failure={jobs.failure}
          onSet={(values) => change({ type: "set", values })}
          onSize={(size) => change({ type: "size", size })}
        />
      )}
    </section>
  );
}
