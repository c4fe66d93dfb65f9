// The drawer from which adapters are picked: search, results, more by cursor.

import { useEffect, useState } from "preact/hooks";
import { type Adapter, api, type Training } from "../../api.ts";
import type { Member } from "../../composition/form.ts";
import { previewOf } from "../../ui/adapter-card.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { useAdapterPages } from "../../ui/use-adapter-pages.ts";
import { useReply } from "../../ui/use-reply.ts";

const TYPING_PAUSE_MS = 220;

export function Picker(props: {
  base: string;
  /** Members are of one base; the first can be of any, and decides it. */
  anyBase: boolean;
  members: readonly Member[];
  /** Somebody who is signed in may compose with what is still being trained. */
  guest: boolean;
  onToggle: (adapter: Adapter) => void;
  onTraining: (training: Training) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const pages = useAdapterPages({
    ...(!props.anyBase && { base: props.base }),
    sort: "most_used",
    ...(q && { q }),
  });
  const picked = new Set(props.members.map((member) => member.ref));
  const usable = pages.items.filter((adapter) => adapter.latest_version);
  const isWhole = !pages.waiting && pages.failure === null && pages.more === null;
  // Enter takes the first that is found, also where it is pressed before the list has come.
  const [entered, setEntered] = useState(false);
  const first = q === text.trim() && !pages.waiting ? usable[0] : undefined;
  useEffect(() => {
    if (!entered || !first) return;
    setEntered(false);
    props.onToggle(first);
  }, [entered, first]);
  const isNone = pages.isEmpty || (isWhole && usable.length === 0);

  return (
    <Dialog title="Who is in the picture?" shape="sheet" onClose={props.onClose}>
      <div class="picker-search">
        <Icon name="search" />
        <input
          class="input"
          type="search"
          placeholder="Name, tag or owner"
          aria-label="Search adapters"
          autofocus
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            setEntered(true);
          }}
        />
      </div>
      <div class="picker-list" aria-busy={pages.waiting}>
        {pages.failure && <FailureNotice failure={pages.failure} again={pages.again} />}
        {q === "" && !props.guest && (
          <Trainings base={props.base} picked={picked} onToggle={props.onTraining} />
        )}
        {usable.map((adapter) => (
          <button
            type="button"
            key={adapter.id}
            class="picker-row"
            aria-pressed={picked.has(adapter.ref)}
            onClick={() => props.onToggle(adapter)}
          >
            <Picture src={previewOf(adapter)} alt="" sizes="4rem" />
            <span class="picker-text">
              <strong>{adapter.title}</strong>
              <span class="quiet">
                <span class="trigger">{adapter.latest_version?.trigger}</span> by {adapter.owner}
                {props.anyBase && adapter.base !== props.base && ` · ${adapter.base}`}
              </span>
            </span>
            <Icon name={picked.has(adapter.ref) ? "check" : "add"} />
          </button>
        ))}
        {isNone && (
          <Empty title={q ? "Nobody of that name" : "Nobody is published yet"}>
            <p>
              {q
                ? `Try fewer characters, or another word.${props.anyBase ? "" : ` Members of one picture share a base, here ${props.base}.`}`
                : "Train the first adapter from 4 to 16 pictures."}
            </p>
            {!q && (
              <a class="button primary" href="/publish/">
                Train an adapter
              </a>
            )}
          </Empty>
        )}
        <More list={pages} />
      </div>
      <div class="picker-foot">
        <button
          type="button"
          class="button primary"
          onClick={(event) => event.currentTarget.closest("dialog")?.close()}
        >
          {picked.size === 0 ? "Close" : `Compose with ${picked.size}`}
        </button>
      </div>
    </Dialog>
  );
}

const TRAININGS_LOOKED_AT = 20;

/** Trainings under way: a picture with one of them waits until it is done. */
function Trainings(props: {
  base: string;
  picked: ReadonlySet<string>;
  onToggle: (training: Training) => void;
}) {
  const list = useReply(() => api.trainings({ limit: TRAININGS_LOOKED_AT }), []);
  const open = (list.value?.items ?? []).filter(
    ({ status, base }) => base === props.base && (status === "queued" || status === "running"),
  );
  return open.map((training) => {
    const { adapter, concept, trigger, images } = training.request;
    return (
      <button
        type="button"
        key={training.id}
        class="picker-row"
        aria-pressed={props.picked.has(adapter)}
        onClick={() => props.onToggle(training)}
      >
        <Picture src={images[0]?.url ?? null} alt="" sizes="4rem" />
        <span class="picker-text">
          <strong>{concept}</strong>
          <span class="quiet">
            <span class="trigger">{trigger}</span> in training; the picture waits for it
          </span>
        </span>
        <Icon name={props.picked.has(adapter) ? "check" : "add"} />
      </button>
    );
  });
}
