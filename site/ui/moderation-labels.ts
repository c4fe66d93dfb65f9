// Display texts of reasons, decisions and outcomes. Pure.

import type { Decision, Rating, ReportReason, TargetCard, TargetKind } from "../api-moderation.ts";
import { profileUrl } from "./plain-text.ts";

/** For the report form: what the reason claims. */
export const REASONS: Record<ReportReason, string> = {
  minor: "It sexualises or endangers a minor",
  likeness: "It shows a real person who did not agree to it",
  violence: "It glorifies violence or cruelty",
  hate: "It attacks people for who they are",
  rating: "It is rated as more harmless than it is",
  ownership: "It is somebody else's work",
  spam: "It is spam or a fraud",
  other: "Something else",
};

/** For moderators and owners: the same in a word or two. */
export const GROUNDS: Record<ReportReason, string> = {
  minor: "A minor",
  likeness: "A real person",
  violence: "Violence",
  hate: "Hate",
  rating: "Rating",
  ownership: "Ownership",
  spam: "Spam",
  other: "Other",
};

/** Below the chosen reason: what a moderator will need to know. */
export const REPORT_HINTS: Record<ReportReason, string> = {
  minor: "Say where you see it. Moderators look at these first.",
  likeness: "Say who it is, and whether that is you.",
  violence: "Say what is shown and where.",
  hate: "Say whom it attacks, and quote it.",
  rating: "Say which pictures or words are stricter than the rating.",
  ownership: "Say whose work it is, with an address where it can be seen.",
  spam: "Say what it advertises, or where else it is posted.",
  other: "Say what is wrong.",
};

export const RATING_LABELS: Record<Rating, string> = {
  general: "General",
  sensitive: "Sensitive",
  explicit: "Explicit",
};

export const DECISION_LABELS: Record<Decision, string> = {
  remove: "Remove",
  restore: "Restore",
  rate: "Rate",
  hide: "Hide",
  unhide: "Show again",
  suspend: "Suspend",
  unsuspend: "Lift the suspension",
  dismiss: "Dismiss reports",
};

const DONE: Record<string, string> = {
  remove: "removed",
  restore: "restored",
  rate: "rated",
  hide: "hidden",
  unhide: "shown again",
  suspend: "suspended",
  unsuspend: "no longer suspended",
  dismiss: "left as it is",
  overturn: "appeal granted",
  uphold: "appeal declined",
  set_role: "role changed",
  block_term: "blocked",
  unblock_term: "allowed again",
};

/** What was done, to follow a name: "ada/fish was removed". */
export const doneWord = (kind: string): string => DONE[kind] ?? kind.replaceAll("_", " ");

/** The outcome of a report, for its reporter. */
export function outcomeWords(outcome: Decision | null): string {
  if (outcome === null) return "A moderator will look at it.";
  if (outcome === "dismiss") return "A moderator looked at it and left it as it is.";
  return `A moderator acted: it was ${doneWord(outcome)}.`;
}

export const KIND_LABELS: Record<TargetKind, string> = {
  adapter: "adapter",
  mix: "composition",
  picture: "picture",
  comment: "comment",
  user: "account",
};

/** A target's label on its own: text written by people is quoted. */
export const named = ({ kind, label }: { kind: string; label: string }): string =>
  kind === "comment" || kind === "picture" || kind === "term" ? `“${label}”` : label;

const PLACES = { adapter: "/adapter/?id=", mix: "/mix/?ref=", picture: "/pictures/?id=" } as const;

/** The page that shows a target. */
export function placeUrl(place: TargetCard["place"]): string | null {
  if (place === null) return null;
  return place.kind === "user" ? profileUrl(place.ref) : `${PLACES[place.kind]}${place.ref}`;
}
