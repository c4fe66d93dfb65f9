// One line of the audit log.

import type { ModerationAction } from "../../api-moderation.ts";
import { agoOf } from "../../ui/format.ts";
import { doneWord, GROUNDS, named } from "../../ui/moderation-labels.ts";

export function ActionLine({ action, full = false }: { action: ModerationAction; full?: boolean }) {
  const { kind, target, moderator, ground, reason, data } = action;
  const value = data.rating ?? data.role;
  return (
    <li>
      <p>
        {full && <strong>{named(target)}: </strong>}
        {doneWord(kind)}
        {typeof value === "string" && ` (${value})`} {ground && <span class="tag">{GROUNDS[ground]}</span>}{" "}
        <span class="quiet">
          by {moderator ?? "somebody who left"} ·{" "}
          <time dateTime={action.created_at} title={new Date(action.created_at).toLocaleString("en")}>
            {agoOf(action.created_at, Date.now())}
          </time>
        </span>
      </p>
      {reason && <blockquote class="said">{reason}</blockquote>}
    </li>
  );
}
