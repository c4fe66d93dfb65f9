// State and actions of the compose page: the open workspace and its form, the members' catalog entries, the running jobs.

import { useCallback, useEffect, useRef } from "preact/hooks";
import type { GenerationCreate } from "../../api.ts";
import { type MixWithVersions, mixes } from "../../api-mixes.ts";
import { type Change, EMPTY_FORM, type Form } from "../../composition/form.ts";
import { previewOf } from "../../ui/adapter-card.tsx";
import { keepTray, onTray, readTray } from "../../ui/tray-list.ts";
import { useReply } from "../../ui/use-reply.ts";
import { formIn, type Place, type Workspace } from "../../workspace/document.ts";
import { trayEdits } from "../../workspace/tray.ts";
import { type Jobs, type Ordered, useJobs } from "../../workspace/use-jobs.ts";
import { type Opened, useWorkspace } from "../../workspace/use-workspace.ts";
import { orderOf } from "./mix-form.ts";
import { type KnownState, useKnown } from "./use-known.ts";

const NO_MIX = { ok: true, value: null } as const;

export interface Composer extends Opened {
  form: Form;
  known: KnownState;
  mix: ReturnType<typeof useReply<MixWithVersions | null>>;
  jobs: Jobs;
  change: (change: Change) => void;
  /** The request that a form makes. */
  requestOf: (form: Form) => GenerationCreate;
  /** Orders the current form, and shows the canvas while its picture is generated. */
  generate: () => Promise<void>;
  /** Orders pictures that belong together. */
  orderAll: (forms: readonly { form: Form; place: Place }[]) => Promise<boolean>;
}

/** The other pages show who is in here, and their add buttons change it. */
function useTray(workspace: string | null, form: Form, known: KnownState, change: Composer["change"]): void {
  const { members } = form;
  const latest = useRef({ form, change });
  latest.current = { form, change };
  useEffect(() => {
    if (workspace === null) return;
    const items = members.map(({ ref, strength }) => {
      const adapter = known.adapters.get(ref);
      return { ref, strength, title: adapter?.title ?? ref, picture: adapter ? previewOf(adapter) : null };
    });
    keepTray({ workspace, items });
  }, [workspace, members, known.adapters]);
  useEffect(() => {
    if (workspace === null) return;
    return onTray(() => {
      const now = latest.current;
      for (const edit of trayEdits(now.form, workspace, readTray())) now.change(edit);
    });
  }, [workspace]);
}

const formOfWorkspace = (workspace: Workspace | null) => (workspace ? formIn(workspace) : EMPTY_FORM);

export function useComposer(): Composer {
  const opened = useWorkspace();
  const { workspace, store, dispatch } = opened;
  const form = formOfWorkspace(workspace);
  const known = useKnown(form.members);
  const { base, adapters, refused } = known;
  const { from } = form;
  const mix = useReply<MixWithVersions | null>(
    async () => (from === null ? NO_MIX : mixes.mix(from)),
    [from],
  );
  const jobs = useJobs(workspace, store, dispatch);

  const change = useCallback(
    (wanted: Change) =>
      dispatch({ type: "form", change: wanted, known: { base, adapters, refused }, at: Date.now() }),
    [base, adapters, refused, dispatch],
  );
  // A proposed prompt depends on triggers and words, which load after the form.
  useEffect(() => change({ type: "known" }), [change, form.members, workspace === null]);

  useTray(workspace?.id ?? null, form, known, change);

  const requestOf = (wanted: Form) => orderOf(wanted, known, known.base?.id, mix.value);
  const orderAll = (forms: readonly { form: Form; place: Place | null }[]) => {
    dispatch({ type: "show", id: null });
    return jobs.order(forms.map((each): Ordered => ({ ...each, request: requestOf(each.form) })));
  };
  const generate = async () => {
    await orderAll([{ form, place: null }]);
  };
  return { ...opened, form, known, mix, jobs, change, requestOf, generate, orderAll };
}
