// The audit log: every action of moderators, newest first. Read only.

import { useState } from "preact/hooks";
import { type ModerationAction, moderation } from "../../api-moderation.ts";
import { More } from "../../ui/more.tsx";
import { Empty } from "../../ui/notice.tsx";
import { useList } from "../../ui/use-list.ts";
import { ActionLine } from "./action-line.tsx";
import { ModerationFailure } from "./moderation-failure.tsx";

export function Log() {
  const [typed, setTyped] = useState("");
  const [moderator, setModerator] = useState("");
  const list = useList<ModerationAction>(moderator, (at) =>
    moderation.actions({ ...at, ...(moderator !== "" && { moderator }) }),
  );
  return (
    <>
      <form
        class="moderation-filter"
        onSubmit={(event) => {
          event.preventDefault();
          setModerator(typed.trim().toLowerCase());
        }}
      >
        <label class="label" for="log-moderator">
          By
        </label>
        <input
          id="log-moderator"
          class="input"
          placeholder="every moderator"
          autocapitalize="none"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="submit" class="button small">
          Show
        </button>
      </form>
      {list.failure && <ModerationFailure failure={list.failure} again={list.again} />}
      <ol class="log panel" aria-busy={list.waiting} hidden={list.items.length === 0}>
        {list.items.map((action) => (
          <ActionLine key={action.id} action={action} full />
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && <Empty title={moderator ? `${moderator} has done nothing yet` : "The log is empty"} />}
      <More list={list} words="Show older" />
    </>
  );
}
