// One comment or reply with its actions.

import { useState } from "preact/hooks";
import { type Answer, type Comment, people } from "../../api-people.ts";
import { agoOf } from "../../ui/format.ts";
import { Avatar, PersonLink, PlainText } from "../../ui/person.tsx";
import { ReportButton } from "../../ui/report-dialog.tsx";
import { CommentForm } from "./comment-form.tsx";

export interface Acts {
  answer: () => void;
  remove: (one: Answer) => void;
  hide: (one: Answer) => void;
  unhide: (one: Answer) => void;
  changed: (one: Comment) => void;
}

export function CommentView({ comment, acts }: { comment: Answer; acts: Acts }) {
  const [editing, setEditing] = useState(false);
  const may = (act: Answer["allowed"][number]) => comment.allowed.includes(act);
  const gone = comment.state === "deleted" || (comment.state === "hidden" && comment.body === "");
  if (gone) {
    return (
      <p class="quiet comment-gone">{comment.state === "deleted" ? "Deleted by its author." : "Hidden."}</p>
    );
  }
  return (
    <article class={`comment ${comment.state}`} id={comment.id}>
      <Avatar person={comment.author} />
      <div class="comment-text">
        <p class="comment-head">
          <PersonLink person={comment.author} />
          <time
            class="quiet"
            dateTime={comment.created_at}
            title={new Date(comment.created_at).toLocaleString("en")}
          >
            {agoOf(comment.created_at, Date.now())}
          </time>
          {comment.edited_at && <span class="quiet">edited</span>}
          {comment.state === "hidden" && <span class="tag warn">Hidden from others</span>}
        </p>
        {editing ? (
          <CommentForm
            label="Change your comment"
            action="Save"
            text={comment.body}
            focus
            send={(body) => people.editComment(comment.id, body)}
            done={(made) => {
              setEditing(false);
              acts.changed(made);
            }}
            cancel={() => setEditing(false)}
          />
        ) : (
          <PlainText text={comment.body} />
        )}
        {!editing && (
          <div class="comment-acts">
            {may("reply") && <Act name="Answer" on={acts.answer} />}
            {may("edit") && <Act name="Edit" on={() => setEditing(true)} />}
            {may("delete") && <Act name="Delete" on={() => acts.remove(comment)} />}
            {may("hide") && <Act name="Hide" on={() => acts.hide(comment)} />}
            {!may("delete") && comment.state === "visible" && (
              <ReportButton target={{ kind: "comment", id: comment.id }} class="comment-act" />
            )}
            {may("unhide") && <Act name="Show again" on={() => acts.unhide(comment)} />}
          </div>
        )}
      </div>
    </article>
  );
}

function Act({ name, on }: { name: string; on: () => void }) {
  return (
    <button type="button" class="comment-act" onClick={on}>
      {name}
    </button>
  );
}
