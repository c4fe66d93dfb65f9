// /publish/: from pictures, or from a file that was trained elsewhere, to a published adapter. The training's id is in the
// address, so that a reload resumes it.

import { useEffect, useState } from "preact/hooks";
import { type AdapterWithVersions, api, type Training } from "../../api.ts";
import { codeOf } from "../../failure.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Empty, FailureNotice, signInUrl } from "../../ui/notice.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { trainedName } from "../../ui/trained-name.ts";
import { useJob } from "../../ui/use-job.ts";
import { useAccount, useReply } from "../../ui/use-reply.ts";
import { NewTraining } from "./new-training.tsx";
import { Review } from "./review.tsx";
import { TrainingWatch } from "./training-watch.tsx";
import { UploadFile } from "./upload-file.tsx";

const asked = new URLSearchParams(location.search);

const WAYS = [
  ["train", "Train it here"],
  ["file", "Upload a file"],
] as const;
type Way = (typeof WAYS)[number][0];

const NO_ADAPTER = { ok: true, value: null } as const;
const GONE = new Set(["not_found", "adapter_unknown"]);

export function PublishPage() {
  const account = useAccount();
  const [training, setTraining] = useState<Training | null>(null);
  const resumed = asked.get("training");

  const started = (job: Training) => {
    setTraining(job);
    history.replaceState(null, "", `/publish/?training=${job.id}`);
    scrollTo({ top: 0 });
  };

  if (account === undefined) {
    return (
      <>
        <Heading />
        <AccountFailure />
      </>
    );
  }
  if (account === null) {
    return (
      <>
        <Heading />
        <Empty title="Sign in to train">
          <p>
            Your adapters carry your name. An account needs an email address and a password, nothing more.
          </p>
          <div class="actions">
            <a class="button primary" href={signInUrl()}>
              Sign in or sign up
            </a>
          </div>
        </Empty>
      </>
    );
  }
  if (training) return <Running training={training} />;
  if (resumed) return <Resumed id={resumed} onLoaded={setTraining} />;
  return <Begin account={account} onStarted={started} />;
}

const LEDES: Record<Way, string> = {
  train: "A handful of pictures of one person becomes a small file that anyone can compose with.",
  file: "A file that you trained on your own machine becomes an adapter that anyone can compose with, in the slot that it was trained in.",
};

function Heading({ title, way = "train" }: { title?: string; way?: Way }) {
  return (
    <header class="page-head">
      <h1>{title ?? (way === "train" ? "Train an adapter" : "Publish a file")}</h1>
      <p class="lede">{LEDES[way]}</p>
    </header>
  );
}

function Begin(props: Omit<Parameters<typeof NewTraining>[0], "base" | "adapter" | "from" | "further">) {
  const ref = asked.get("adapter");
  const [way, setWay] = useState<Way>(asked.get("way") === "file" ? "file" : "train");
  const bases = useReply(() => api.bases(), []);
  const [chosen, setChosen] = useState(asked.get("base"));
  const adapter = useReply<AdapterWithVersions | null>(async () => {
    if (!ref) return NO_ADAPTER;
    const reply = await api.adapter(ref);
    // A first training that fails or is stopped leaves no draft behind: the next one makes the adapter anew.
    return !reply.ok && GONE.has(codeOf(reply.failure) ?? "") ? NO_ADAPTER : reply;
  }, [ref]);
  const failure = bases.failure ?? adapter.failure;
  const waiting = !bases.value || adapter.waiting || adapter.failure !== null;
  const offered = bases.value?.items ?? [];
  const wanted = adapter.value?.base ?? chosen;
  const base = offered.find(({ id }) => id === wanted) ?? offered[0];
  return (
    <>
      <Heading
        way={way}
        {...(adapter.value && {
          title:
            way === "train"
              ? `Train ${adapter.value.title} ${asked.has("further") ? "further" : "again"}`
              : `A new file for ${adapter.value.title}`,
        })}
      />
      <div class="ways">
        <Segmented label="How it is made" value={way} options={WAYS} onChange={setWay} />
        <p class="quiet">
          {way === "train"
            ? "One of our runners trains it from your pictures."
            : "You trained it on your own machine and have a .safetensors file."}
        </p>
        {base && !adapter.value && offered.length > 1 && (
          <SelectField
            label="Base"
            hint={base.description}
            value={base.id}
            options={offered.map(({ id, title }) => [id, title] as const)}
            onChoose={setChosen}
          />
        )}
      </div>
      {failure && <FailureNotice failure={failure} again={bases.failure ? bases.again : adapter.again} />}
      {waiting
        ? !failure && <div class="skeleton form-skeleton">Loading</div>
        : base &&
          (way === "train" ? (
            <NewTraining
              key={base.id}
              {...props}
              base={base}
              adapter={adapter.value}
              from={asked.get("from")}
              further={asked.get("further")}
            />
          ) : (
            <UploadFile key={base.id} account={props.account} base={base} adapter={adapter.value} />
          ))}
    </>
  );
}

function Resumed({ id, onLoaded }: { id: string; onLoaded: (training: Training) => void }) {
  const loaded = useReply(() => api.training(id), [id]);
  const { value } = loaded;
  useEffect(() => {
    if (value) onLoaded(value);
  }, [value, onLoaded]);
  if (loaded.failure) return <FailureNotice failure={loaded.failure} again={loaded.again} />;
  return <div class="skeleton form-skeleton">Loading</div>;
}

function Running({ training }: { training: Training }) {
  const live = useJob(training);
  const done = live.job?.status === "succeeded";
  useEffect(() => {
    document.title = `${done ? "Trained" : "Training"}: ${trainedName(training.request)} · Orthoplex`;
  }, [done, training]);
  return (
    <>
      <h1 class="visually-hidden">Training of {trainedName(training.request)}</h1>
      {done && live.job ? <Review training={live.job} frames={live.frames} /> : <TrainingWatch live={live} />}
    </>
  );
}
