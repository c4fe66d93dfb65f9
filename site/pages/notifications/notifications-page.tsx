// /notifications/: what happened, newest first. Opening one marks it as read; all can be marked at once.

import { useState } from "preact/hooks";
import { type Notification, people } from "../../api-people.ts";
import type { Failure } from "../../failure.ts";
import { AccountFailure } from "../../ui/account-failure.tsx";
import { agoOf } from "../../ui/format.ts";
import { More } from "../../ui/more.tsx";
import { Empty, FailureNotice, SignInFirst } from "../../ui/notice.tsx";
import { showUnread } from "../../ui/notification-bell.ts";
import { Avatar } from "../../ui/person.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useList } from "../../ui/use-list.ts";
import { useAccount } from "../../ui/use-reply.ts";
import { notificationText } from "./notification-text.ts";

type Shown = "all" | "unread";
const OPTIONS = [
  ["all", "All"],
  ["unread", "Unread"],
] as const;

export function NotificationsPage() {
  const account = useAccount();
  return (
    <>
      <header class="page-head">
        <h1>Notifications</h1>
      </header>
      <AccountFailure />
      {account === null && (
        <SignInFirst title="Sign in to see what happened">
          <p>Likes, comments, compositions and pictures with your adapters, and news of those you follow.</p>
        </SignInFirst>
      )}
      {account && <Yours />}
    </>
  );
}

function Yours() {
  const [shown, setShown] = useState<Shown>("all");
  const [failure, setFailure] = useState<Failure | null>(null);
  const list = useList<Notification>(shown, async (at) => {
    const reply = await people.notifications({ ...at, ...(shown === "unread" && { unread: "true" }) });
    if (reply.ok) showUnread(reply.value.unread_count);
    return reply;
  });
  const newest = list.items[0];

  const mark = async (input: Parameters<typeof people.markRead>[0], ids: readonly string[]) => {
    const reply = await people.markRead(input);
    setFailure(reply.ok ? null : reply.failure);
    if (!reply.ok) return;
    const now = new Date().toISOString();
    list.change((before) =>
      before.map((note) => (ids.includes(note.id) && !note.read_at ? { ...note, read_at: now } : note)),
    );
    showUnread(reply.value.unread_count);
  };
  /** Notifications that arrived after this page was loaded stay unread. */
  const markAll = () =>
    newest &&
    mark(
      { all: true, before: newest.created_at },
      list.items.map(({ id }) => id),
    );
  /** A plain click waits until the notification is marked as read; a new tab need not wait. */
  const open = async (event: MouseEvent, note: Notification, url: string) => {
    if (note.read_at) return;
    const stays = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (!stays) event.preventDefault();
    await mark({ ids: [note.id] }, [note.id]);
    if (!stays) location.assign(url);
  };

  return (
    <>
      <div class="actions list-tools">
        <Segmented label="Which" value={shown} options={OPTIONS} onChange={setShown} />
        <button
          type="button"
          class="button small"
          disabled={list.items.every((note) => note.read_at !== null)}
          onClick={markAll}
        >
          Mark all as read
        </button>
        <a class="button small plain" href="/decisions/">
          Decisions and reports
        </a>
        <a class="button small plain" href="/following/">
          Following and likes
        </a>
      </div>
      {failure && <FailureNotice failure={failure} />}
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      <ol class="notes" aria-busy={list.waiting}>
        {list.items.map((note) => (
          <li key={note.id} class={note.read_at ? "" : "unread"}>
            <Note note={note} open={open} />
          </li>
        ))}
      </ol>
      {list.waiting && list.items.length === 0 && <p class="skeleton comment-skeleton">Loading</p>}
      {list.isEmpty && (
        <Empty title={shown === "unread" ? "All is read" : "No notifications yet"}>
          <p>
            {shown === "unread"
              ? "What comes next appears here and at the bell."
              : "When somebody likes, collects or composes what you published, shares a picture with it, or a training of yours has ended, you read it here. Your pictures are on your account page."}
          </p>
        </Empty>
      )}
      <More list={list} words="Show older" />
    </>
  );
}

function Note(props: {
  note: Notification;
  open: (event: MouseEvent, note: Notification, url: string) => void;
}) {
  const { note, open } = props;
  const { before, name, after, url } = notificationText(note);
  const sentence = (
    <>
      {note.actor && <strong>{note.actor.handle}</strong>}
      {` ${before} `}
      {name && <strong>{name}</strong>}
      {after && ` ${after}`}
    </>
  );
  return (
    <>
      <Avatar person={note.actor} />
      <div class="note-text">
        {note.read_at === null && <span class="visually-hidden">Unread: </span>}
        {url === null ? (
          <span>{sentence}</span>
        ) : (
          <a href={url} onClick={(event) => open(event, note, url)}>
            {sentence}
          </a>
        )}
        {note.excerpt && <span class="note-excerpt">{note.excerpt}</span>}
      </div>
      <time class="quiet" dateTime={note.created_at} title={new Date(note.created_at).toLocaleString("en")}>
        {agoOf(note.created_at, Date.now())}
      </time>
    </>
  );
}
