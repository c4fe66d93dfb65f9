// Shown in place of an adapter or a version that was withdrawn or removed: its name, when, by whom and why.

import type { Tombstone as Stone } from "../../api-publish.ts";
import { dayOf } from "../../ui/format.ts";
import { Empty, ToCatalog } from "../../ui/notice.tsx";

const BY: Record<Stone["removed_by"], string> = {
  owner: "Withdrawn by its owner",
  moderators: "Removed by the moderators",
  scan: "Taken back after its scan",
};

export function Tombstone({ stone }: { stone: Stone }) {
  return (
    <Empty title={stone.title} page>
      <p>
        <code>{stone.ref}</code>
      </p>
      <p>{`${BY[stone.removed_by]} on ${dayOf(stone.removed_at)}.`}</p>
      {stone.reason && <blockquote class="tombstone-reason">{stone.reason}</blockquote>}
      <p class="quiet">Pictures made with it stay as they are, but nothing new can be generated.</p>
      <ToCatalog />
    </Empty>
  );
}
