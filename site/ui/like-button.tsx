// The like button of an adapter, a mix or a shared picture with the count. A guest is sent to sign in and back.

import { useEffect } from "preact/hooks";
import { type LikeableKind, people } from "../api-people.ts";
import { countOf } from "./format.ts";
import { Icon } from "./icon.tsx";
import { FailureNotice, signInUrl } from "./notice.tsx";
import { useAccount } from "./use-reply.ts";
import { useSwitch } from "./use-switch.ts";

export function LikeButton(props: { kind: LikeableKind; id: string; title: string; likes: number }) {
  const { kind, id, title } = props;
  const account = useAccount();
  const { value, busy, failure, flip, load } = useSwitch(
    { liked: false, likes: props.likes },
    ({ liked, likes }) => ({ liked: !liked, likes: likes + (liked ? -1 : 1) }),
    (next) => people.setLike(kind, id, next.liked),
  );
  useEffect(() => {
    let gone = false;
    if (account) people.like(kind, id).then((reply) => reply.ok && !gone && load(reply.value));
    return () => {
      gone = true;
    };
  }, [account, kind, id]);

  const words = (
    <>
      <Icon name="heart" />
      <span>{value.likes.toLocaleString("en")}</span>
      <span class="visually-hidden">{value.likes === 1 ? "like" : "likes"}</span>
    </>
  );
  if (account === null) {
    return (
      <a
        class="button like"
        href={signInUrl()}
        aria-label={`${countOf(value.likes, "like")}. Sign in to like ${title}`}
      >
        {words}
      </a>
    );
  }
  return (
    <>
      <button
        type="button"
        class="button like"
        aria-pressed={value.liked}
        aria-label={`Like ${title}, ${countOf(value.likes, "like")}`}
        aria-busy={busy}
        disabled={account === undefined}
        onClick={flip}
      >
        {words}
      </button>
      {failure && <FailureNotice failure={failure} again={flip} />}
    </>
  );
}
