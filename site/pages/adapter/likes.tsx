// Social actions on an adapter: like, add to a collection, comments, report.

import { useState } from "preact/hooks";
import type { Adapter } from "../../api.ts";
import { CollectDialog } from "../../ui/collect-dialog.tsx";
import { countOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { LikeButton } from "../../ui/like-button.tsx";
import { signInUrl } from "../../ui/notice.tsx";
import { ReportButton } from "../../ui/report-dialog.tsx";
import { useAccount } from "../../ui/use-reply.ts";
import "../../styles/people.css";

export function Likes({ adapter }: { adapter: Adapter }) {
  const account = useAccount();
  const [collecting, setCollecting] = useState(false);
  const words = (
    <>
      <Icon name="collect" />
      Add to a collection
    </>
  );
  return (
    <div class="actions people-bar">
      <LikeButton kind="adapter" id={adapter.ref} title={adapter.title} likes={adapter.likes} />
      {account === null ? (
        <a class="button" href={signInUrl()}>
          {words}
        </a>
      ) : (
        <button
          type="button"
          class="button"
          disabled={account === undefined}
          onClick={() => setCollecting(true)}
        >
          {words}
        </button>
      )}
      <a class="quiet" href="#comments">
        {countOf(adapter.comments, "comment")}
      </a>
      {account?.handle !== adapter.owner && <ReportButton target={{ kind: "adapter", ref: adapter.ref }} />}
      {collecting && account && (
        <CollectDialog adapter={adapter} owner={account.handle} onClose={() => setCollecting(false)} />
      )}
    </div>
  );
}
