// Follows a person. Hidden for oneself; a guest is sent to sign in and back.

import { useEffect, useState } from "preact/hooks";
import { people } from "../api-people.ts";
import { countOf } from "./format.ts";
import { FailureNotice, signInUrl } from "./notice.tsx";
import { useAccount } from "./use-reply.ts";
import { useSwitch } from "./use-switch.ts";
import "../styles/people.css";

export function FollowButton({ handle }: { handle: string }) {
  const account = useAccount();
  const [known, setKnown] = useState(false);
  const { value, busy, failure, flip, load } = useSwitch(
    { following: false, followers: 0 },
    ({ following, followers }) => ({ following: !following, followers: followers + (following ? -1 : 1) }),
    (next) => people.setFollow(handle, next.following),
  );
  useEffect(() => {
    let gone = false;
    if (account === undefined) return;
    people.follow(handle).then((reply) => {
      if (!reply.ok || gone) return;
      load(reply.value);
      setKnown(true);
    });
    return () => {
      gone = true;
    };
  }, [account, handle]);

  const count = (
    <span class="quiet" role="status">
      {known ? countOf(value.followers, "follower") : ""}
    </span>
  );
  if (account?.handle === handle) return count;
  return (
    <div class="follow">
      {account === null ? (
        <a class="button small" href={signInUrl()}>
          Follow
        </a>
      ) : (
        <button
          type="button"
          class={`button small ${value.following ? "" : "primary"}`}
          aria-pressed={value.following}
          aria-label={`Follow ${handle}`}
          aria-busy={busy}
          disabled={!known}
          onClick={flip}
        >
          {value.following ? "Following" : "Follow"}
        </button>
      )}
      {count}
      {failure && <FailureNotice failure={failure} again={flip} />}
    </div>
  );
}
