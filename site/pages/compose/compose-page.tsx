// /compose/: the workspace. Canvas, results, prompt and members; the components render, use-composer.ts holds state and actions.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import type { Adapter, Region } from "../../api.ts";
import type { Change, Form } from "../../composition/form.ts";
import { faultAt } from "../../failure.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { formIn, type Result, shownIn, type Workspace } from "../../workspace/document.ts";
import type { Store } from "../../workspace/store.ts";
import { Dock } from "./dock.tsx";
import { type Dropped, useDroppedRecipe } from "./drop-recipe.ts";
import type { Picker as PickerDrawer } from "./picker.tsx";
import type { Remark } from "./remark.tsx";
import { SidePanel } from "./side-panel.tsx";
import { type DroppedPicture, StageColumn } from "./stage-column.tsx";
import { isStaleResult } from "./stale.ts";
import { useComposeKeys } from "./use-compose-keys.ts";
import { type Composer, useComposer } from "./use-composer.ts";
import { useLivePreview } from "./use-live-preview.ts";
import { WorkspaceBar } from "./workspace-bar.tsx";

export function ComposePage() {
  const composer = useComposer();
  const { workspace, store } = composer;
  const waiting = useWaiting(isSettled(composer));
  return (
    <div class={`compose ${waiting ? "waiting" : ""}`} aria-busy={waiting}>
      <h1 class="visually-hidden">Compose a picture</h1>
      {workspace && store && <Loaded composer={composer} workspace={workspace} store={store} />}
    </div>
  );
}

/** Longer than a usual answer: then what is there is shown. */
const WAIT_MAX_MS = 3_000;

/** Until the form is settled for the first time: what is laid out before would jump. */
function useWaiting(settled: boolean): boolean {
  const [waiting, setWaiting] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setWaiting(false), settled ? 0 : WAIT_MAX_MS);
    return () => clearTimeout(timer);
  }, [settled]);
  return waiting;
}

/** Base and members are known, and what the form proposes of its own accord is in it. */
function isSettled({ workspace, form, known }: Composer): boolean {
  if (workspace === null) return false;
  const { members, size, written, prompt } = form;
  const unknown = members.filter(({ ref }) => !known.adapters.has(ref));
  const proposed = written || prompt !== "" || unknown.length === members.length;
  const loaded = known.base !== null && size !== "" && unknown.every(({ ref }) => known.refused.has(ref));
  return known.failure !== null || (loaded && proposed);
}

function Loaded(props: { composer: Composer; workspace: Workspace; store: Store }) {
  const { composer, workspace } = props;
  const { form, known, jobs, change, dispatch } = composer;
  const guest = useAccount() === null;
  const [picking, setPicking] = useState<{ region: Region | null } | null>(null);
  const [boxes, setBoxes] = useState<boolean | null>(null);
  const [caret, setCaret] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const shown = shownIn(workspace);
  const Picker = usePicker(picking !== null);
  useEffect(() => setBoxes(null), [shown?.image.id]);
  const pick = () => setPicking({ region: null });
  const { over, remark, dropped } = useDrop(composer, () => dispatch({ type: "show", id: null }));
  const toggle = (adapter: Adapter) => {
    known.learn(adapter);
    change(toggled(form, adapter, picking?.region ?? null));
    setPicking((before) => before && { region: null });
  };
  const preview = useLivePreview(form, known);
  useLeaveStale(preview.consent === "on", workspace, shown, dispatch);
  const boxesShown = boxes ?? (shown === null || isStaleResult(shown, form));
  useComposeKeys({ composer, workspace, guest, onPick: pick, onBoxes: () => setBoxes(!boxesShown) });
  return (
    <>
      <WorkspaceBar
        workspace={workspace}
        store={props.store}
        form={form}
        base={known.base}
        dispatch={dispatch}
        change={change}
        onOpen={composer.open}
      />
      <StageColumn
        composer={composer}
        workspace={workspace}
        shown={shown}
        boxes={boxesShown}
        preview={preview}
        dropped={dropped}
        remark={remark}
        onBoxes={() => setBoxes(!boxesShown)}
        onDrawn={(region) => setPicking({ region })}
        onPick={pick}
        onQuickPick={toggle}
      />
      <SidePanel
        composer={composer}
        shown={shown}
        guest={guest}
        prompting={{ field, caret, setCaret }}
        onPick={pick}
      />
      <Dock
        prompt={form.prompt}
        field={field}
        fault={faultAt(jobs.failure, "/prompt")}
        guest={guest}
        clauses={known.base?.prompt.kind === "grammar"}
        busy={jobs.sending}
        count={form.count}
        seed={form.seed}
        shownSeed={shown?.image.seed ?? null}
        onPrompt={(prompt) => change({ type: "prompt", prompt })}
        onCaret={setCaret}
        onSeed={(seed) => change({ type: "set", values: { seed } })}
        onCount={(count) => change({ type: "set", values: { count } })}
        onGenerate={composer.generate}
      />
      {picking && known.base && Picker && (
        <Picker
          base={known.base.id}
          anyBase={form.members.length === 0 && !known.isAsked}
          members={form.members}
          guest={guest}
          onToggle={toggle}
          onTraining={({ id, request: { adapter: ref, trigger } }) => {
            const has = form.members.some((member) => member.ref === ref);
            const region = picking.region;
            const training = { id, trigger };
            change(
              has
                ? { type: "remove", ref }
                : { type: "add", ref, strength: STRENGTH_DEFAULT, training, ...(region && { region }) },
            );
            setPicking({ region: null });
          }}
          onClose={() => setPicking(null)}
        />
      )}
      {over && (
        <div class="drop-hint" aria-hidden="true">
          Drop a picture made here to restore its recipe
        </div>
      )}
    </>
  );
}

const PICKER_AFTER_MS = 2_000;

/** The drawer's code: loaded once the page has had time for itself, or as soon as it is wanted. */
function usePicker(isWanted: boolean): typeof PickerDrawer | null {
  const [Picker, setPicker] = useState<typeof PickerDrawer | null>(null);
  useEffect(() => {
    if (Picker) return;
    const load = async () => {
      const loaded = await import("./picker.tsx");
      setPicker(() => loaded.Picker);
    };
    const timer = setTimeout(load, isWanted ? 0 : PICKER_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isWanted, Picker]);
  return Picker;
}

/** Where the preview follows the form, an edit leaves the picture that it makes stale; that stays in the strip. Loading is no edit. */
function useLeaveStale(
  isFollowed: boolean,
  workspace: Workspace,
  shown: Result | null,
  dispatch: Composer["dispatch"],
) {
  const { entries, index } = workspace.history;
  const stamp = `${workspace.id} ${entries[index]?.at}`;
  const seen = useRef(stamp);
  useEffect(() => {
    if (seen.current === stamp) return;
    seen.current = stamp;
    if (isFollowed && shown && isStaleResult(shown, formIn(workspace))) dispatch({ type: "show", id: null });
  }, [stamp]);
}

/** A picture of ours that is dropped on the page restores its recipe, as an edit that can be undone. */
function useDrop({ change, replaced }: Composer, onDropped: () => void) {
  const [remark, setRemark] = useState<Remark | null>(null);
  const [dropped, setDropped] = useState<DroppedPicture | null>(null);
  useEffect(() => {
    if (replaced) setRemark({ kind: "link" });
  }, [replaced]);
  const take = useCallback(
    (found: Dropped) => {
      if ("refused" in found) return setRemark({ kind: "refused", text: found.refused });
      change({ type: "restore", form: found.form, label: "Restore from a file" });
      setDropped(found);
      setRemark({ kind: "file" });
      onDropped();
    },
    [change],
  );
  const over = useDroppedRecipe(take);
  return { over, remark, dropped };
}

/** Adds an adapter to the form, in the box that was drawn for it, or removes it. */
function toggled(form: Form, adapter: Adapter, region: Region | null): Change {
  if (form.members.some((member) => member.ref === adapter.ref)) return { type: "remove", ref: adapter.ref };
  const strength = adapter.latest_version?.strength ?? STRENGTH_DEFAULT;
  return { type: "add", ref: adapter.ref, strength, ...(region && { region }) };
}
