// API calls of reports, decisions, appeals and the moderation pages. Like api.ts, every call returns a Reply.

import { type At, call, type Schema } from "./api.ts";

export type Report = Schema<"Report">;
export type ReportReason = Report["reason"];
export type ReportTarget = Schema<"ReportTarget">;
export type ModerationAction = Schema<"ModerationAction">;
export type Decision = ActionCreate["action"];
export type Rating = "general" | "sensitive" | "explicit";
export type MyDecision = Schema<"MyDecision">;
export type Appeal = Schema<"Appeal">;
export type AppealCase = Schema<"AppealCase">;
export type QueueEntry = Schema<"QueueEntry">;
export type TargetCard = Schema<"TargetCard">;
export type TargetKind = TargetCard["kind"];
export type ModerationTarget = Schema<"ModerationTarget">;
export type BlockedTerm = Schema<"BlockedTerm">;
export type BlockScope = BlockedTerm["scope"];
export type ReportCreate = Schema<"ReportCreate">;
export type ActionCreate = Schema<"ActionCreate">;
export type AppealDecision = Schema<"AppealDecision">;

export const moderation = {
  report: (body: ReportCreate) => call("post", "/v1/reports", { body }),
  reports: (query: At) => call("get", "/v1/reports", { params: { query } }),
  decisions: (query: At) => call("get", "/v1/decisions", { params: { query } }),
  appeal: (action_id: string, text: string) => call("post", "/v1/appeals", { body: { action_id, text } }),

  queue: (query: At) => call("get", "/v1/moderation/queue", { params: { query } }),
  target: (kind: TargetKind, id: string) =>
    call("get", "/v1/moderation/targets/{kind}/{id}", { params: { path: { kind, id } } }),
  act: (body: ActionCreate) => call("post", "/v1/moderation/actions", { body }),
  actions: (query: At & { target?: string; moderator?: string }) =>
    call("get", "/v1/moderation/actions", { params: { query } }),
  cases: (query: At) => call("get", "/v1/moderation/appeals", { params: { query } }),
  decideAppeal: (appeal: string, body: AppealDecision) =>
    call("post", "/v1/moderation/appeals/{appeal}/decide", { params: { path: { appeal } }, body }),

  terms: (scope: BlockScope, at: At) =>
    call("get", "/v1/moderation/blocked-terms", { params: { query: { scope, ...at } } }),
  blockTerm: (body: { scope: BlockScope; term: string; reason: string }) =>
    call("post", "/v1/moderation/blocked-terms", { body }),
  unblockTerm: ({ scope, term }: { scope: BlockScope; term: string }) =>
    call("delete", "/v1/moderation/blocked-terms/{scope}/{term}", { params: { path: { scope, term } } }),
};
