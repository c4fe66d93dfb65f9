// The comments of an adapter or a mix: write, reply, edit, delete, hide. The API says which actions are allowed.

import { useState } from "preact/hooks";
import { type Answer, type Comment, type Kind, people } from "../../api-people.ts";
import type { Failure } from "../../failure.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { FailureNotice, signInUrl } from "../../ui/notice.tsx";
import { type List, useList } from "../../ui/use-list.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { CommentForm } from "./comment-form.tsx";
import { CommentView } from "./comment-view.tsx";
import "../../styles/people.css";
import { More } from "../../ui/more.tsx";

export function Comments({ kind, id, closed = false }: { kind: Kind; id: string; closed?: boolean }) {
  const account = useAccount();
  const list = useList<Comment>(`${kind} ${id}`, (at) => people.comments(kind, id, at));
  return (
    <section class="adapter-section comments" id="comments" aria-label="Comments">
      <h2>Comments</h2>
      {account && !closed && (
        <CommentForm
          label="Write a comment"
          action="Post"
          send={(body) => people.say(kind, id, { body })}
          done={(made) => list.change((before) => [made, ...before])}
        />
      )}
      {account === null && (
        <p class="quiet">
          <a href={signInUrl()}>Sign in</a> to write a comment.
        </p>
      )}
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <ol class="threads" aria-busy={list.waiting}>
        {list.items.map((comment) => (
          <li key={comment.id}>
            <Thread kind={kind} id={id} comment={comment} list={list} />
          </li>
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && <p class="quiet">Nobody has said anything yet.</p>}
      <More list={list} words="Show older comments" small />
    </section>
  );
}

type Props = { kind: Kind; id: string; comment: Comment; list: List<Comment> };

/** One comment and its replies, oldest first. */
function Thread({ kind, id, comment, list }: Props) {
  const [answering, setAnswering] = useState(false);
  const [deleting, setDeleting] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);

  const replace = (changed: Comment) =>
    list.change((before) => before.map((one) => (one.id === changed.id ? changed : one)));
  const replaceAnswer = (changed: Answer) =>
    replace({ ...comment, replies: comment.replies.map((one) => (one.id === changed.id ? changed : one)) });
  const put = (changed: Comment) =>
    changed.parent_id === null
      ? replace({ ...comment, ...changed, replies: comment.replies, reply_count: comment.reply_count })
      : replaceAnswer(changed);

  const hide = async (one: Answer, hidden: boolean) => {
    const reply = await people.hideComment(one.id, hidden);
    if (reply.ok) put(reply.value);
    setFailure(reply.ok ? null : reply.failure);
  };
  const remove = async (one: Answer) => {
    const reply = await people.deleteComment(one.id);
    setDeleting(null);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    if (one.parent_id !== null) {
      const replies = comment.replies.filter(({ id: other }) => other !== one.id);
      replace({ ...comment, replies, reply_count: comment.reply_count - 1 });
    } else if (comment.reply_count > 0) {
      replace({ ...comment, body: "", state: "deleted", allowed: [] });
    } else {
      list.change((before) => before.filter(({ id: other }) => other !== one.id));
    }
  };
  const earlier = async () => {
    const reply = await people.answers(comment.id, { limit: 100, ...(cursor !== null && { cursor }) });
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    const known = cursor === null ? [] : comment.replies;
    replace({ ...comment, replies: [...known, ...reply.value.items] });
    setCursor(reply.value.next_cursor);
  };

  const acts = {
    answer: () => setAnswering(true),
    remove: setDeleting,
    hide: (one: Answer) => hide(one, true),
    unhide: (one: Answer) => hide(one, false),
    changed: put,
  };
  const hiddenCount = comment.reply_count - comment.replies.length;
  return (
    <>
      <CommentView comment={comment} acts={acts} />
      {(comment.reply_count > 0 || answering) && (
        <div class="answers">
          {hiddenCount > 0 && (
            <button type="button" class="button plain small" onClick={earlier}>
              {`Show ${hiddenCount} earlier ${hiddenCount === 1 ? "answer" : "answers"}`}
            </button>
          )}
          <ol>
            {comment.replies.toReversed().map((answer) => (
              <li key={answer.id}>
                <CommentView comment={answer} acts={acts} />
              </li>
            ))}
          </ol>
          {answering && (
            <CommentForm
              label={`Answer ${comment.author.handle}`}
              action="Answer"
              focus
              send={(body) => people.say(kind, id, { body, parent_id: comment.id })}
              done={(made) => {
                setAnswering(false);
                replace({
                  ...comment,
                  replies: [made, ...comment.replies],
                  reply_count: comment.reply_count + 1,
                });
              }}
              cancel={() => setAnswering(false)}
            />
          )}
        </div>
      )}
      {failure && <FailureNotice failure={failure} />}
      {deleting && (
        <Dialog title="Delete this comment?" shape="box" onClose={() => setDeleting(null)}>
          <p class="owner-question">Its words are gone for good. Answers to it stay.</p>
          <div class="actions">
            <button type="button" class="button danger" onClick={() => remove(deleting)}>
              Delete
            </button>
            <button type="button" class="button" onClick={() => setDeleting(null)}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
