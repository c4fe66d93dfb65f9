// /compose/: members, canvas, prompt and result. Holds the state; the parts render it.

import { useCallback, useRef, useState } from "preact/hooks";
import { STRENGTH_DEFAULT } from "../../../schema/contract/limits.ts";
import { type Adapter, api, type GeneratedImage, type Generation, type GenerationCreate } from "../../api.ts";
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
import { canvasOf, type Form, type Known, type Placement, sizeOf } from "./form.ts";
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

type Change = ReturnType<typeof useForm>["change"];
type Remark = { good: boolean; text: string };

export function ComposePage() {
  const { form, known, change } = useForm();
  const account = useAccount();
  const [picking, setPicking] = useState(false);
  const [remark, setRemark] = useState<Remark | null>(null);
  const [dropped, setDropped] = useState<string | null>(null);
  const [publishing, setPublishing] = useState<GeneratedImage | null>(null);
  const { from } = form;
  const mix = useReply<MixWithVersions | null>(
    async () => (from === null ? NO_MIX : mixes.mix(from)),
    [from],
  );
  const stage = useRef<HTMLDivElement>(null);
  const job = useGeneration(() => orderOf(form, known, known.base?.id ?? BASE_ID, mix.value));

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
      job.clear();
      setDropped(dropped.url);
      restore(dropped.form, "The picture's recipe is in the form again. Generate creates it again.");
    },
    [restore],
  );
  const over = useDroppedRecipe(take);
  const toggle = (adapter: Adapter) => {
    known.learn(adapter);
    change(toggled(form, adapter));
  };
  const generate = async () => {
    setRemark(null);
    if (!(await job.start())) return;
    setDropped(null);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    stage.current?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
  };
  const guest = account === null;
  return (
    <div class={`compose ${over ? "drop-over" : ""}`}>
      <h1 class="visually-hidden">Compose a picture</h1>
      <div class="compose-stage" ref={stage}>
        <StageTools form={form} base={known.base} change={change} />
        <CanvasPanel
          form={form}
          known={known}
          live={job.live}
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
        {remark && <RemarkNotice remark={remark} />}
        <FromMix form={form} mix={mix} onRemove={() => change({ type: "set", values: { from: null } })} />
        <CastPanel form={form} known={known} guest={guest} change={change} onPick={() => setPicking(true)} />
      </aside>
      <PromptForm form={form} known={known} guest={guest} job={job} change={change} onGenerate={generate} />
      {picking && (
        <Picker
          base={known.base?.id ?? BASE_ID}
          members={form.members}
          onToggle={toggle}
          onClose={() => setPicking(false)}
        />
      )}
      {publishing && job.live.job && account && (
        <PublishDialog
          generation={job.live.job}
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

/** The generation that this page requested last: sent, followed live, and the failure of the request. */
function useGeneration(request: () => GenerationCreate) {
  const [started, setStarted] = useState<Generation | null>(null);
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const live = useJob(started);
  const running = live.job?.status === "queued" || live.job?.status === "running";
  const start = async (): Promise<boolean> => {
    setSending(true);
    setFailure(null);
    const reply = await api.generate(request());
    setSending(false);
    if (reply.ok) setStarted(reply.value);
    else setFailure(reply.failure);
    return reply.ok;
  };
  return { live, running, sending, failure, start, clear: () => setStarted(null) };
}

/** Adds an adapter to the form, or removes it. */
function toggled(form: Form, adapter: Adapter): Parameters<Change>[0] {
  if (form.members.some((member) => member.ref === adapter.ref)) return { type: "remove", ref: adapter.ref };
  const strength = adapter.latest_version?.strength ?? STRENGTH_DEFAULT;
  return { type: "add", ref: adapter.ref, strength };
}

function StageTools({ form, base, change }: { form: Form; base: Known["base"]; change: Change }) {
  const sizes = base?.sizes ?? [{ ...canvasOf(form.size), cells: 1 }];
  return (
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
  );
}

const RemarkNotice = ({ remark }: { remark: Remark }) => (
  <Notice variant={remark.good ? "good" : "warn"} title={remark.good ? "Restored" : "Nothing to restore"}>
    <p>{remark.text}</p>
  </Notice>
);

function PromptForm(props: {
  form: Form;
  known: Known;
  guest: boolean;
  job: ReturnType<typeof useGeneration>;
  change: Change;
  onGenerate: () => void;
}) {
  const { form, known, guest, job, change, onGenerate } = props;
  const { live, running, sending, failure } = job;
  const ready = form.prompt.trim() !== "" && !sending && !running;
  return (
    <form
      class="compose-words panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !guest) onGenerate();
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
  );
}
