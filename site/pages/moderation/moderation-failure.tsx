// A failed call of the moderation pages: someone who is no moderator sees that and is not asked to retry.

import { codeOf, type Failure } from "../../failure.ts";
import { Empty, FailureNotice } from "../../ui/notice.tsx";

export function ModerationFailure({ failure, again }: { failure: Failure; again?: () => void }) {
  if (codeOf(failure) === "not_granted" && again) {
    return (
      <Empty title="Only for moderators" page>
        <p>Your account has no such role. To report something, use “Report” on its page.</p>
      </Empty>
    );
  }
  return again ? <FailureNotice failure={failure} again={again} /> : <FailureNotice failure={failure} />;
}
