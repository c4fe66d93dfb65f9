// Which decisions a target allows in each state, and the state that follows. Pure.

import type { Decision, Rating, TargetKind } from "../../schema/contract/moderation.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

/**
 * What a moderator sees of a target. `purged`: removed, and its files are deleted or being deleted. `hidden`: by a moderator;
 * `hidden_by_owner`: by the owner of what was commented on. `gone`: a deleted comment, or a deleted account.
 */
export type TargetState =
  | "draft"
  | "published"
  | "withdrawn"
  | "removed"
  | "purged"
  | "visible"
  | "hidden_by_owner"
  | "hidden"
  | "active"
  | "suspended"
  | "gone";

/** The state after the decision; `before`: what it was before it was removed. Whatever is missing here is refused. */
type Moves = Partial<Record<TargetState, Partial<Record<Decision, TargetState | "before">>>>;

const CATALOG: Moves = {
  draft: { remove: "removed", rate: "draft", dismiss: "draft" },
  published: { remove: "removed", rate: "published", dismiss: "published" },
  withdrawn: { remove: "removed", rate: "withdrawn", dismiss: "withdrawn" },
  removed: { restore: "before", dismiss: "removed" },
  purged: { dismiss: "purged" },
};

const MOVES: Record<TargetKind, Moves> = {
  adapter: CATALOG,
  mix: CATALOG,
  picture: CATALOG,
  comment: {
    visible: { hide: "hidden", dismiss: "visible" },
    hidden_by_owner: { hide: "hidden", dismiss: "hidden_by_owner" },
    hidden: { unhide: "visible", dismiss: "hidden" },
    gone: { dismiss: "gone" },
  },
  user: {
    active: { suspend: "suspended", dismiss: "active" },
    suspended: { unsuspend: "active", dismiss: "suspended" },
    gone: { dismiss: "gone" },
  },
};

const isRestingIn = (state: TargetState, to: TargetState | "before") =>
  to === "before"
    ? state !== "removed" && state !== "purged"
    : state === to || (state === "purged" && to === "removed");

/** The state that the decision leads to, or why it cannot be taken. */
export function move(
  kind: TargetKind,
  state: TargetState,
  decision: Decision,
): TargetState | "before" | Refusal {
  const next = MOVES[kind][state]?.[decision];
  if (next !== undefined) return next;
  const goals = Object.values(MOVES[kind]).flatMap((moves) => moves?.[decision] ?? []);
  if (goals.length === 0) {
    const known = decisionsOf(kind).join(", ");
    return refuse("request_invalid", `For a target of kind ${kind}: ${known}, not ${decision}.`, "/action");
  }
  if (state === "purged" && decision === "restore") {
    return refuse("version_state", "Its files are deleted; it cannot be restored.", "/action");
  }
  if (decision !== "rate" && goals.some((goal) => isRestingIn(state, goal))) {
    return refuse("decision_made", `It is ${state.replaceAll("_", " ")} already.`, "/action");
  }
  return refuse(
    "version_state",
    `What is ${state.replaceAll("_", " ")} does not allow ${decision}.`,
    "/action",
  );
}

/** Every decision that some state of this kind allows. */
export function decisionsOf(kind: TargetKind): Decision[] {
  const all = Object.values(MOVES[kind]).flatMap((moves) => Object.keys(moves ?? {}) as Decision[]);
  return [...new Set(all)];
}

/** The decisions that a target allows in its state; dismissing needs pending reports. */
export function decisionsIn(kind: TargetKind, state: TargetState, pendingReports: number): Decision[] {
  const open = Object.keys(MOVES[kind][state] ?? {}) as Decision[];
  return open.filter((decision) => decision !== "dismiss" || pendingReports > 0);
}

/** The decision that undoes one; null where nothing was changed. */
export const INVERSE: Record<Decision, Decision | null> = {
  remove: "restore",
  restore: null,
  hide: "unhide",
  unhide: null,
  suspend: "unsuspend",
  unsuspend: null,
  rate: "rate",
  dismiss: null,
};

/** Whether the affected person may appeal: only against decisions that restrict them. */
export const isAppealable = (kind: string): boolean => kind in INVERSE && INVERSE[kind as Decision] !== null;

/** Whether a rating is at least as strict as the floor that a moderator set; null is no floor. */
export const reaches = (rating: Rating, floor: Rating | null) =>
  floor === null || RATINGS.indexOf(rating) >= RATINGS.indexOf(floor);

/** Reports are dismissed only where no action was taken. */
export const reportStateAfter = (decision: Decision) => (decision === "dismiss" ? "dismissed" : "actioned");

/**
 * Who may decide on an appeal: not the appellant, and not the author of the decision unless there is no other moderator.
 * `others`: moderators who are neither.
 */
export function mayDecideAppeal(
  moderatorId: string,
  actedId: string,
  subjectId: string | null,
  others: number,
): boolean {
  if (moderatorId === subjectId) return false;
  return moderatorId !== actedId || others === 0;
}
