// Ratings, reports, decisions and appeals.

import { z } from "zod";

/** From harmless to not for all audiences. A list shows the set of ratings it is asked for, never a range. */
export const RATINGS = ["general", "sensitive", "explicit"] as const;
export const Rating = z.enum(RATINGS);
export type Rating = z.infer<typeof Rating>;

export const TARGET_KINDS = ["adapter", "mix", "comment", "user"] as const;
export const REPORT_REASONS = [
  "likeness", // a real person who did not consent
  "ownership", // somebody else's work
  "rating", // rated as more harmless than it is
  "minor",
  "violence",
  "hate",
  "spam",
  "other",
] as const;
export const ACTION_KINDS = [
  "remove",
  "restore",
  "rate",
  "hide",
  "unhide",
  "suspend",
  "unsuspend",
  "dismiss",
  "overturn",
  "uphold",
  "block_term",
  "unblock_term",
] as const;
