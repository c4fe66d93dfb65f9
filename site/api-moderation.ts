// API calls of reports, decisions, appeals and the moderation pages. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { call, type Page, path, query } from "./api.ts";

export type Rating = contract.Rating;
export type ReportReason = contract.ReportReason;
export type ReportTarget = contract.ReportTarget;
export type Report = contract.Report;
export type Decision = contract.Decision;
export type MyDecision = contract.MyDecision;
export type Appeal = contract.Appeal;
export type AppealCase = contract.AppealCase;
export type QueueEntry = contract.QueueEntry;
export type TargetCard = contract.TargetCard;
export type TargetKind = contract.TargetKind;
export type ModerationTarget = contract.ModerationTarget;
export type ModerationAction = contract.ModerationAction;
export type BlockedTerm = contract.BlockedTerm;
export type BlockScope = z.infer<typeof contract.BlockScope>;
export type ReportCreate = z.input<typeof contract.ReportCreate>;
export type ActionCreate = z.input<typeof contract.ActionCreate>;
export type AppealDecision = z.input<typeof contract.AppealDecision>;

interface At {
  limit?: number;
  cursor?: string;
}

export const moderation = {
  report: (wanted: ReportCreate) => call<Report>("POST", "/v1/reports", wanted),
  reports: (at: At) => call<Page<Report>>("GET", `/v1/reports${query({ ...at })}`),
  decisions: (at: At) => call<Page<MyDecision>>("GET", `/v1/decisions${query({ ...at })}`),
  appeal: (action_id: string, text: string) => call<Appeal>("POST", "/v1/appeals", { action_id, text }),

  queue: (at: At) => call<Page<QueueEntry>>("GET", `/v1/moderation/queue${query({ ...at })}`),
  target: (kind: TargetKind, id: string) =>
    call<ModerationTarget>("GET", `/v1/moderation/targets/${kind}/${id}`),
  act: (wanted: ActionCreate) => call<ModerationAction>("POST", "/v1/moderation/actions", wanted),
  actions: (wanted: At & { target?: string; moderator?: string }) =>
    call<Page<ModerationAction>>("GET", `/v1/moderation/actions${query({ ...wanted })}`),
  cases: (at: At) => call<Page<AppealCase>>("GET", `/v1/moderation/appeals${query({ ...at })}`),
  decideAppeal: (id: string, wanted: AppealDecision) =>
    call<AppealCase>("POST", `/v1/moderation/appeals/${id}/decide`, wanted),

  terms: (scope: BlockScope, at: At) =>
    call<Page<BlockedTerm>>("GET", `/v1/moderation/blocked-terms${query({ scope, ...at })}`),
  blockTerm: (wanted: { scope: BlockScope; term: string; reason: string }) =>
    call<BlockedTerm>("POST", "/v1/moderation/blocked-terms", wanted),
  unblockTerm: ({ scope, term }: { scope: BlockScope; term: string }) =>
    call<null>("DELETE", `/v1/moderation/blocked-terms/${scope}/${path(term)}`),
};
