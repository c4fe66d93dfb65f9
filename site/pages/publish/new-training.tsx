// The form of a new training, step by step on one page: pictures, description, start.

import { useEffect, useState } from "preact/hooks";
import type { Account, AdapterWithVersions, Base, Training } from "../../api.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { SelectField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { type About, adapterOf, EMPTY_ABOUT, missingIn } from "./about.ts";
import { AboutStep } from "./about-step.tsx";
import { picturesOf } from "./again.ts";
import { Estimate } from "./estimate.tsx";
import { PictureStep } from "./picture-step.tsx";
import type { Chosen } from "./pictures.ts";
import { startTraining } from "./start-training.ts";
import { Step } from "./step.tsx";

export function NewTraining(props: {
  base: Base;
  account: Account;
  /** Creates a new version of this adapter; null for a new adapter. */
  adapter: AdapterWithVersions | null;
  /** An earlier training, whose pictures the form begins with. */
  from: string | null;
  /** The version of `adapter` whose weights are trained further; null to begin anew. */
  further: string | null;
  onStarted: (training: Training) => void;
}) {
  const { base, account, adapter } = props;
  const [pictures, setPictures] = useState<readonly Chosen[]>([]);
  const [loading, setLoading] = useState(props.from !== null);
  useEffect(() => {
    if (props.from === null) return;
    picturesOf(props.from).then((earlier) => {
      setPictures((before) => [...earlier, ...before].slice(0, base.training.images.max));
      setLoading(false);
    });
  }, []);
  const [about, setAbout] = useState<About>(EMPTY_ABOUT);
  const [sending, setSending] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [preset, setPreset] = useState<string | null>(null);
  const { images: limits, presets, steps } = base.training;
  const length = presets.find(({ name }) => name === preset);

  const missing =
    pictures.length < limits.min ? `Add at least ${limits.min} pictures.` : adapter ? null : missingIn(about);

  const start = async () => {
    setFailure(null);
    const known = adapter && {
      adapter_ref: adapter.ref,
      ...(props.further && { from_version: props.further }),
    };
    const order = known ?? { adapter: adapterOf(about, base.id) };
    const reply = await startTraining(
      pictures,
      { ...order, ...(length && { preset: length.name }) },
      setSending,
    );
    setSending(null);
    if (reply.ok) props.onStarted(reply.value);
    else setFailure(reply.failure);
  };

  return (
    <form
      class="publish-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing && sending === null) start();
      }}
    >
      <Step number={1} title="Pictures">
        {props.from !== null && (
          <p class="quiet start-line" role="status">
            {loading
              ? "Loading the pictures of the last training"
              : "These pictures and captions are those of the last training. Add some of what came out torn, take away what misled it."}
          </p>
        )}
        <PictureStep pictures={pictures} limits={limits} words={base.words} onChange={setPictures} />
      </Step>
      {!adapter && (
        <Step number={2} title="About it">
          <AboutStep about={about} handle={account.handle} failure={failure} onChange={setAbout} />
        </Step>
      )}
      <Step number={adapter ? 2 : 3} title="Train">
        {adapter && props.further && (
          <p class="quiet start-line">
            It goes on from what that version has learned. Train again instead where it learned something
            wrong.
          </p>
        )}
        <SelectField
          label="Length"
          fault={faultAt(failure, "/preset")}
          value={length?.name ?? ""}
          options={[
            ["", `The base's own: ${steps.default} steps`],
            ...presets.map((each) => [each.name, `${each.title}: ${each.steps} steps`] as const),
          ]}
          onChoose={setPreset}
        />
        <Estimate base={base} account={account} steps={length?.steps ?? steps.default} />
        {failure && <FailureNotice failure={failure} />}
        <div class="actions">
          <button type="submit" class="button primary big" disabled={missing !== null || sending !== null}>
            <Icon name="spark" />
            {sending === null ? "Start training" : "Sending"}
          </button>
          <span class="quiet" role="status">
            {sending === null
              ? missing
              : `Picture ${Math.min(sending + 1, pictures.length)} of ${pictures.length}`}
          </span>
        </div>
      </Step>
    </form>
  );
}
