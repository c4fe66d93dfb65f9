// Ratings, reports, decisions and appeals.

import { z } from "zod";
import { USER_ROLES } from "./account.ts";
import { AdapterRef, Handle, idOf, Timestamp } from "./ids.ts";
import {
  ACTION_REASON_MAX_CHARACTERS,
  APPEAL_MAX_CHARACTERS,
  BLOCKED_TERM_MAX_CHARACTERS,
  REPORT_DETAIL_MAX_CHARACTERS,
} from "./limits.ts";
import { orNull } from "./nullable.ts";
import { message, optionalMessage, title } from "./text.ts";

/** From the mildest to the strictest. A list shows the requested set of ratings, never a range. */
export const RATINGS = ["general", "sensitive", "explicit"] as const;
export const Rating = z.enum(RATINGS);
export type Rating = z.infer<typeof Rating>;

export const TARGET_KINDS = ["adapter", "mix", "picture", "comment", "user"] as const;
export const TargetKind = z.enum(TARGET_KINDS);
export type TargetKind = z.infer<typeof TargetKind>;

/** The most urgent first: the queue's order. */
export const REPORT_REASONS = [
  "minor",
  "likeness", // a real person who did not consent
  "violence",
  "hate",
  "rating", // rated as more harmless than it is
  "ownership", // somebody else's work
  "spam",
  "other",
] as const;
export const ReportReason = z.enum(REPORT_REASONS);
export type ReportReason = z.infer<typeof ReportReason>;

/** What a moderator may do to a target; rules.ts says to which, and in which state. */
export const DECISIONS = [
  "remove",
  "restore",
  "rate",
  "hide",
  "unhide",
  "suspend",
  "unsuspend",
  "dismiss",
] as const;
export const Decision = z.enum(DECISIONS);
export type Decision = z.infer<typeof Decision>;

/** Every action that the audit log may contain. */
export const ACTION_KINDS = [
  ...DECISIONS,
  "overturn",
  "uphold",
  "set_role",
  "block_term",
  "unblock_term",
] as const;
export const ActionKind = z.enum(ACTION_KINDS);
/** What an action is about: also a blocked term, as `scope:term`. */
export const AUDIT_KINDS = [...TARGET_KINDS, "term"] as const;

export const TargetId = z
  .string()
  .regex(
    /^(?:adp|mix|pic|cmt|usr)_[0-9a-z]{20,32}$/,
    "must be the id of an adapter, a mix, a shared picture, a comment or a user",
  );

const why = message(ACTION_REASON_MAX_CHARACTERS);

export const ReportTarget = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("adapter"), ref: AdapterRef }),
    z.strictObject({ kind: z.literal("mix"), ref: AdapterRef }),
    z.strictObject({ kind: z.literal("picture"), id: idOf("pic") }),
    z.strictObject({ kind: z.literal("comment"), id: idOf("cmt") }),
    z.strictObject({ kind: z.literal("user"), handle: Handle }),
  ])
  .meta({ id: "ReportTarget" });
export type ReportTarget = z.infer<typeof ReportTarget>;

export const ReportCreate = z
  .strictObject({
    target: ReportTarget,
    reason: ReportReason,
    detail: optionalMessage(REPORT_DETAIL_MAX_CHARACTERS).default(""),
  })
  .meta({ id: "ReportCreate" });

/** A target where it is only named. */
export const TargetCard = z
  .object({
    kind: TargetKind,
    id: TargetId,
    label: z
      .string()
      .meta({ description: "owner/name, @handle, or the first words of a comment or of a picture's prompt" }),
    title: z.string(),
    owner: Handle.nullable().meta({ description: "Whose it is; null once they have left" }),
    state: z.string(),
    rating: Rating.nullable(),
    place: z
      .object({ kind: z.enum(["adapter", "mix", "picture", "user"]), ref: z.string() })
      .nullable()
      .meta({
        description: "Where it is seen: itself, or what the comment is on; a picture by id, a user by handle",
      }),
  })
  .meta({ id: "TargetCard" });
export type TargetCard = z.infer<typeof TargetCard>;

export const Report = z
  .object({
    id: idOf("rep"),
    target: TargetCard.pick({ kind: true, id: true, label: true, place: true }),
    reason: ReportReason,
    detail: z.string(),
    state: z.enum(["pending", "actioned", "dismissed"]),
    outcome: Decision.nullable().meta({ description: "What was done about it" }),
    created_at: Timestamp,
    decided_at: Timestamp.nullable(),
  })
  .meta({ id: "Report" });
export type Report = z.infer<typeof Report>;

export const QueueEntry = z
  .object({
    target: TargetCard,
    reports: z.int().positive(),
    reasons: z.array(z.object({ reason: ReportReason, count: z.int().positive() })),
    oldest_at: Timestamp,
  })
  .meta({ id: "QueueEntry" });
export type QueueEntry = z.infer<typeof QueueEntry>;

const AppealState = z.enum(["pending", "upheld", "overturned"]);
const appeal = {
  id: idOf("apl"),
  state: AppealState,
  text: z.string(),
  answer: z.string(),
  created_at: Timestamp,
  decided_at: Timestamp.nullable(),
};

/** One line of the audit log. */
export const ModerationAction = z
  .object({
    id: idOf("act"),
    kind: ActionKind,
    target: z.object({ kind: z.enum(AUDIT_KINDS), id: z.string(), label: z.string() }),
    moderator: Handle.nullable(),
    subject: Handle.nullable(),
    ground: ReportReason.nullable(),
    reason: z.string(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    created_at: Timestamp,
  })
  .meta({ id: "ModerationAction" });
export type ModerationAction = z.infer<typeof ModerationAction>;

export const ModerationTarget = z
  .object({
    target: TargetCard,
    texts: z.array(z.object({ field: z.string(), text: z.string() })),
    pictures: z.array(z.object({ id: idOf("img"), url: z.string(), width: z.int(), height: z.int() })),
    reports: z.array(
      z.object({
        id: idOf("rep"),
        reporter: Handle.nullable(),
        reason: ReportReason,
        detail: z.string(),
        state: Report.shape.state,
        created_at: Timestamp,
      }),
    ),
    actions: z.array(ModerationAction),
    actions_seen: z.int().nonnegative().meta({ description: "Send it with your decision" }),
    decisions: z.array(Decision).meta({ description: "What may be done to it now" }),
    purge_at: Timestamp.nullable().meta({ description: "When the files of what was removed are deleted" }),
    purged_at: Timestamp.nullable(),
  })
  .meta({ id: "ModerationTarget" });
export type ModerationTarget = z.infer<typeof ModerationTarget>;

/** Grounds on which files may be deleted at once, without the time that an appeal needs. */
export const PURGE_GROUNDS: readonly ReportReason[] = ["minor", "likeness"];

export const ActionCreate = z
  .strictObject({
    target: z.strictObject({ kind: TargetKind, id: TargetId }),
    action: Decision,
    reason: why.meta({ description: "Shown to the owner, and on the tombstone" }),
    ground: ReportReason.optional(),
    rating: Rating.optional().meta({ description: "For rate" }),
    purge: z
      .boolean()
      .optional()
      .meta({
        description: `For remove, on the grounds ${PURGE_GROUNDS.join(" and ")}: delete the files now`,
      }),
    actions_seen: z
      .int()
      .nonnegative()
      .optional()
      .meta({ description: "How many earlier actions you saw; another number is refused" }),
  })
  .refine((input) => (input.action === "rate") === (input.rating !== undefined), {
    path: ["rating"],
    error: "goes with the action rate, and only with it",
  })
  .refine((input) => !input.purge || input.action === "remove", {
    path: ["purge"],
    error: "goes with the action remove only",
  })
  .refine((input) => !input.purge || (input.ground && PURGE_GROUNDS.includes(input.ground)), {
    path: ["purge"],
    error: `needs the ground ${PURGE_GROUNDS.join(" or ")}`,
  })
  .meta({ id: "ActionCreate" });

/** What was done to something of yours. */
export const MyDecision = z
  .object({
    id: idOf("act"),
    kind: ActionKind,
    target: z.object({ kind: z.enum(AUDIT_KINDS), id: z.string(), label: z.string() }),
    ground: ReportReason.nullable(),
    reason: z.string(),
    rating: Rating.nullable(),
    created_at: Timestamp,
    appeal_until: Timestamp.nullable().meta({ description: "Null where there is nothing to appeal against" }),
    may_appeal: z.boolean(),
    appeal: z.object(appeal).nullable(),
    purge_at: Timestamp.nullable(),
    purged_at: Timestamp.nullable(),
  })
  .meta({ id: "MyDecision" });
export type MyDecision = z.infer<typeof MyDecision>;

export const AppealCreate = z
  .strictObject({ action_id: idOf("act"), text: message(APPEAL_MAX_CHARACTERS) })
  .meta({ id: "AppealCreate" });

export const Appeal = z.object({ ...appeal, action_id: idOf("act") }).meta({ id: "Appeal" });
export type Appeal = z.infer<typeof Appeal>;

export const AppealCase = Appeal.extend({
  appellant: Handle.nullable(),
  action: ModerationAction,
  target: orNull(TargetCard),
  may_decide: z.boolean().meta({ description: "Whether it is yours to decide" }),
}).meta({ id: "AppealCase" });
export type AppealCase = z.infer<typeof AppealCase>;

export const AppealDecision = z
  .strictObject({
    decision: z.enum(["uphold", "overturn"]),
    answer: why.meta({ description: "Shown to whoever appealed" }),
  })
  .meta({ id: "AppealDecision" });

export const RoleChange = z
  .strictObject({ handle: Handle, role: z.enum(USER_ROLES), reason: why })
  .meta({ id: "RoleChange" });
export const RoleOf = z.object({ handle: Handle, role: z.enum(USER_ROLES) }).meta({ id: "RoleOf" });

export const BLOCK_SCOPES = ["prompt", "name"] as const;
export const BlockScope = z.enum(BLOCK_SCOPES);
export const BlockedTermCreate = z
  .strictObject({
    scope: BlockScope,
    term: title(BLOCKED_TERM_MAX_CHARACTERS),
    reason: why,
  })
  .meta({ id: "BlockedTermCreate" });
export const BlockedTerm = z
  .object({ scope: BlockScope, term: z.string(), created_by: Handle.nullable(), created_at: Timestamp })
  .meta({ id: "BlockedTerm" });
export type BlockedTerm = z.infer<typeof BlockedTerm>;
