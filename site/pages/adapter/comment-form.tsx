// The form of a comment. Its text is kept until the API has accepted it.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { COMMENT_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import type { Reply } from "../../api.ts";
import type { Comment } from "../../api-people.ts";
import { FailureNotice } from "../../ui/notice.tsx";
import { useSend } from "../../ui/use-send.ts";

/** Within this many characters of the limit the form shows how many are left. */
const ROOM_SHOWN_BELOW = 200;

export function CommentForm(props: {
  label: string;
  action: string;
  text?: string;
  focus?: boolean;
  send: (body: string) => Promise<Reply<Comment>>;
  done: (made: Comment) => void;
  cancel?: () => void;
}) {
  const [text, setText] = useState(props.text ?? "");
  const { busy, failure, send } = useSend();
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => {
    if (props.focus) area.current?.focus();
  }, []);

  const submit = async (event?: Event) => {
    event?.preventDefault();
    if (busy || text.trim() === "") return;
    const reply = await send(() => props.send(text));
    if (!reply.ok) return;
    setText("");
    props.done(reply.value);
  };
  const room = COMMENT_MAX_CHARACTERS - text.length;
  return (
    <form class="comment-form" onSubmit={submit}>
      <label class="visually-hidden" for={id}>
        {props.label}
      </label>
      <textarea
        ref={area}
        id={id}
        class="input"
        rows={3}
        maxLength={COMMENT_MAX_CHARACTERS}
        placeholder={`${props.label}. @handle notifies that person.`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
          if (event.key === "Escape") props.cancel?.();
        }}
      />
      <div class="actions">
        <button type="submit" class="button small primary" disabled={busy || text.trim() === ""}>
          {busy ? "Sending" : props.action}
        </button>
        {props.cancel && (
          <button type="button" class="button small" onClick={props.cancel}>
            Cancel
          </button>
        )}
        <span class="hint" role="status">
          {room <= ROOM_SHOWN_BELOW ? `${room} characters left` : ""}
        </span>
      </div>
      {failure && <FailureNotice failure={failure} />}
    </form>
  );
}
