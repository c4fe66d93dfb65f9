// Order and notes of a collection, by buttons and by keyboard: Alt with an arrow moves the focused row.

import { useEffect, useRef, useState } from "preact/hooks";
import { COLLECTION_NOTE_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { Reply } from "../../api.ts";
import { type CollectionItem, type CollectionWithItems, people } from "../../api-people.ts";
import type { Failure } from "../../failure.ts";
import { previewOf } from "../../ui/adapter-card.tsx";
import { Icon } from "../../ui/icon.tsx";
import { FailureNotice } from "../../ui/notice.tsx";
import { Picture } from "../../ui/picture.tsx";
import { moved } from "./moved.ts";

export function Rows(props: { collection: CollectionWithItems; changed: () => void }) {
  const { collection, changed } = props;
  const [items, setItems] = useState<readonly CollectionItem[]>(collection.items);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [said, setSaid] = useState("");
  const busy = useRef(false);
  const focus = useRef<{ ref: string; act: string } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => setItems(collection.items), [collection]);
  useEffect(() => {
    // A moved row is rendered in another place; the focus moves with it.
    const wanted = focus.current;
    focus.current = null;
    if (!wanted) return;
    const row = list.current?.querySelector(`[data-ref="${wanted.ref}"]`);
    const button = row?.querySelector<HTMLButtonElement>(`[data-act="${wanted.act}"]:not(:disabled)`);
    (button ?? row?.querySelector<HTMLElement>("button:not(:disabled)"))?.focus();
  }, [items]);

  /** Optimistic: reverted if the API refuses. */
  const run = async (shown: readonly CollectionItem[], send: () => Promise<Reply<unknown>>) => {
    if (busy.current) return;
    busy.current = true;
    const before = items;
    setItems(shown);
    const reply = await send();
    busy.current = false;
    setFailure(reply.ok ? null : reply.failure);
    if (reply.ok) changed();
    else setItems(before);
  };
  const move = (from: number, by: -1 | 1) => {
    const item = items[from];
    const to = from + by;
    if (!item || to < 0 || to >= items.length) return;
    focus.current = { ref: item.ref, act: by < 0 ? "up" : "down" };
    setSaid(`${nameOf(item)} is now number ${to + 1} of ${items.length}.`);
    // Positions also count hidden items, so the position of the row that is passed is used.
    const position = items[to]?.position ?? to;
    run(moved(items, from, to), () => people.putItem(collection.ref, item.ref, { position }));
  };
  const remove = (item: CollectionItem) => {
    setSaid(`${nameOf(item)} was taken out.`);
    run(
      items.filter(({ ref }) => ref !== item.ref),
      () => people.takeOut(collection.ref, item.ref),
    );
  };
  const note = (item: CollectionItem, text: string) => {
    if (text.trim() === item.note) return;
    run(
      items.map((one) => (one.ref === item.ref ? { ...one, note: text.trim() } : one)),
      () => people.putItem(collection.ref, item.ref, { note: text }),
    );
  };

  return (
    <section aria-label="Order and notes">
      <p class="hint cast-hint">
        Alt with an arrow key moves a row. Notes are kept when you leave their field.
      </p>
      <p class="visually-hidden" role="status">
        {said}
      </p>
      {failure && <FailureNotice failure={failure} />}
      <ol class="cast-rows" ref={list}>
        {items.map((item, i) => (
          <li
            key={item.ref}
            data-ref={item.ref}
            class={`cast-${i % 6}`}
            onKeyDown={(event) => {
              if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
              event.preventDefault();
              move(i, event.key === "ArrowUp" ? -1 : 1);
            }}
          >
            <span class="cast-number">{i + 1}</span>
            <Picture src={item.adapter ? previewOf(item.adapter) : null} alt="" sizes="4rem" />
            <div class="cast-row-text">
              <strong>{nameOf(item)}</strong>
              {item.adapter ? (
                <input
                  class="input"
                  aria-label={`Note on ${nameOf(item)}`}
                  placeholder="A note"
                  maxLength={COLLECTION_NOTE_MAX_CHARACTERS}
                  defaultValue={item.note}
                  onBlur={(event) => note(item, event.currentTarget.value)}
                />
              ) : (
                <span class="tag warn">{item.state}</span>
              )}
            </div>
            <div class="cast-row-acts">
              <RowButton act="up" label={`Move ${nameOf(item)} up`} off={i === 0} on={() => move(i, -1)} />
              <RowButton
                act="down"
                label={`Move ${nameOf(item)} down`}
                off={i === items.length - 1}
                on={() => move(i, 1)}
              />
              <RowButton act="trash" label={`Take ${nameOf(item)} out`} on={() => remove(item)} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

const nameOf = (item: CollectionItem) => item.adapter?.title ?? item.ref;

function RowButton(props: { act: "up" | "down" | "trash"; label: string; off?: boolean; on: () => void }) {
  return (
    <button
      type="button"
      class="icon-button"
      data-act={props.act}
      aria-label={props.label}
      disabled={props.off ?? false}
      onClick={props.on}
    >
      <Icon name={props.act} />
    </button>
  );
}
