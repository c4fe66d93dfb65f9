// /compose/: members, canvas, prompt and result. Holds the state; the parts render it.

import { useCallback, useRef, useState } from "preact/hooks";
import { STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import { type Adapter, api, type GeneratedImage, type Generation } from "../../api.ts";
import { type MixWithVersions, mixes } from "../../api-mixes.ts";
import { PreviewPanel } from "../../preview/preview-panel.tsx";
import { type Failure, faultAt } from "../../ui/failure.ts";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useJob } from "../../ui/use-job.ts";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { CanvasPanel } from "./canvas-panel.tsx";
import { CastPanel } from "./cast-panel.tsx";
import { type Dropped, useDroppedRecipe } from "./drop-recipe.ts";
import { canvasOf, type Form, type Placement, sizeOf } from "./form.ts";
import { FromMix } from "./from-mix.tsx";
import { GenerateBar } from "./generate-bar.tsx";
import { orderOf } from "./mix-form.ts";
import { Picker } from "./picker.tsx";
import { PromptField } from "./prompt-field.tsx";
import { PublishDialog } from "./publish-dialog.tsx";
import { Settings } from "./settings.tsx";
import { useForm } from "./use-form.ts";
import { BASE_ID } from "./use-known.ts";

const PLACEMENTS: readonly (readonly [Placement, string])[] = [
  ["columns", "Side by side"],
  ["boxes", "My boxes"],
  ["open", "No boxes"],
];

const NO_MIX = { ok: true, value: null } as const;

export function ComposePage() {
  const { form, known, change } = useForm();
  const account = useAccount();
  const [picking, setPicking] = useState(false);
  const [started, setStarted] = useState<Generation | null>(null);
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [remark, setRemark] = useState<{ good: boolean; text: string } | null>(null);
  const [dropped, setDropped] = useState<string | null>(null);
  const [publishing, setPublishing] = useState<GeneratedImage | null>(null);
  const { from } = form;
  const mix = useReply<MixWithVersions | null>(
    async () => (from === null ? NO_MIX : mixes.mix(from)),
    [from],
  );
  const stage = useRef<HTMLDivElement>(null);
  const live = useJob(started);
  const running = live.job?.status === "queued" || live.job?.status === "running";

  const restore = useCallback(
    (restored: Form, text: string) => {
      change({ type: "restore", form: restored });
      setRemark({ good: true, text });
    },
    [change],
  );
  const take = useCallback(
    (dropped: Dropped) => {
      if ("refused" in dropped) return setRemark({ good: false, text: dropped.refused });
      setStarted(null);
      setDropped(dropped.url);
      restore(dropped.form, "The picture's recipe is in the form again. Generate creates it again.");
    },
    [restore],
  );
  const over = useDroppedRecipe(take);

  const toggle = (adapter: Adapter) => {
    known.learn(adapter);
    const here = form.members.some((member) => member.ref === adapter.ref);
    if (here) change({ type: "remove", ref: adapter.ref });
    else
      change({
        type: "add",
        ref: adapter.ref,
        strength: adapter.latest_version?.strength ?? STRENGTH_DEFAULT,
      });
  };

  const generate = async () => {
    setSending(true);
    setFailure(null);
    setRemark(null);
    const reply = await api.generate(orderOf(form, known.base?.id ?? BASE_ID, mix.value));
    setSending(false);
    if (!reply.ok) return setFailure(reply.failure);
    setStarted(reply.value);
    setDropped(null);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    stage.current?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
  };

  const sizes = known.base?.sizes ?? [{ ...canvasOf(form.size), cells: 1 }];
  const guest = account === null;
  const ready = form.prompt.trim() !== "" && !sending && !running;

  return (
    <div class={`compose ${over ? "drop-over" : ""}`}>
      <h1 class="visually-hidden">Compose a picture</h1>
      <div class="compose-stage" ref={stage}>
        <div class="stage-tools">
          <Segmented
            label="Placement"
            value={form.placement}
            options={PLACEMENTS}
            onChange={(placement) => change({ type: "place", placement })}
          />
          <Segmented
            label="Canvas size"
            value={form.size}
            options={sizes.map((size) => [sizeOf(size), `${size.width} × ${size.height}`] as const)}
            onChange={(size) => change({ type: "size", size })}
          />
        </div>
        <CanvasPanel
          form={form}
          known={known}
          live={live}
          dropped={dropped}
          onRegion={(ref, region) => change({ type: "region", ref, region })}
          onPick={() => setPicking(true)}
          onQuickPick={toggle}
          onSeed={(seed) => change({ type: "set", values: { seed } })}
          onRestore={(restored) => restore(restored, "All settings of this picture are back in the form.")}
          onPublish={setPublishing}
        />
        <PreviewPanel form={form} known={known} />
      </div>

      <aside class="compose-side">
        {known.failure && <FailureNotice failure={known.failure} />}
        {remark && (
          <Notice
            variant={remark.good ? "good" : "warn"}
            title={remark.good ? "Restored" : "Nothing to restore"}
          >
            <p>{remark.text}</p>
          </Notice>
        )}
        <FromMix form={form} mix={mix} onRemove={() => change({ type: "set", values: { from: null } })} />
        <CastPanel form={form} known={known} guest={guest} change={change} onPick={() => setPicking(true)} />
      </aside>

      <form
        class="compose-words panel"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !guest) generate();
        }}
      >
        <PromptField
          prompt={form.prompt}
          members={form.members}
          adapters={known.adapters}
          words={known.base?.words ?? {}}
          fault={faultAt(failure, "/prompt")}
          onChange={(prompt) => change({ type: "prompt", prompt })}
        >
          {failure && <FailureNotice failure={failure} />}
          {live.failure && <FailureNotice failure={live.failure} />}
          <GenerateBar
            guest={guest}
            ready={ready}
            busy={running || sending}
            count={form.count}
            stoppable={running && live.job?.cancel_requested === false}
            onStop={live.cancel}
          />
        </PromptField>
        {known.base && (
          <Settings
            form={form}
            base={known.base}
            failure={failure}
            onSet={(values) => change({ type: "set", values })}
          />
        )}
      </form>

      {picking && (
        <Picker
          base={known.base?.id ?? BASE_ID}
          members={form.members}
          onToggle={toggle}
          onClose={() => setPicking(false)}
        />
      )}
      {publishing && live.job && account && (
        <PublishDialog
          generation={live.job}
          image={publishing}
          from={from}
          handle={account.handle}
          onClose={() => setPublishing(null)}
        />
      )}
      {over && (
        <div class="drop-hint" aria-hidden="true">
          Drop a picture made here to restore its recipe
        </div>
      )}
    </div>
  );
}
