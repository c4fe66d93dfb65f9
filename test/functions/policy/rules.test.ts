// The table of decisions, written out by hand: what each state allows, and what it refuses with which code.

import { describe, expect, it } from "vitest";
import { Refusal } from "../../../functions/lib/refusal.ts";
import {
  decisionsIn,
  decisionsOf,
  INVERSE,
  isAppealable,
  mayDecideAppeal,
  move,
  reaches,
  type TargetState,
} from "../../../functions/policy/rules.ts";
import { DECISIONS, type Decision, RATINGS, type TargetKind } from "../../../schema/contract/index.ts";

const STATES: Record<TargetKind, TargetState[]> = {
  adapter: ["draft", "published", "withdrawn", "removed", "purged"],
  mix: ["published", "withdrawn", "removed", "purged"],
  picture: ["published", "withdrawn", "removed", "purged"],
  comment: ["visible", "hidden_by_owner", "hidden", "gone"],
  user: ["active", "suspended", "gone"],
};
const KINDS = Object.keys(STATES) as TargetKind[];
const every = KINDS.flatMap((kind) =>
  STATES[kind].flatMap((state) => DECISIONS.map((decision) => ({ kind, state, decision }))),
);

const outcome = (kind: TargetKind, state: TargetState, decision: Decision) => {
  const next = move(kind, state, decision);
  return next instanceof Refusal ? next.code : next;
};

describe("the table of decisions", () => {
  it.each([
    ["adapter", "draft", "remove", "removed"],
    ["adapter", "published", "remove", "removed"],
    ["adapter", "withdrawn", "remove", "removed"],
    ["adapter", "removed", "remove", "decision_made"],
    ["adapter", "purged", "remove", "decision_made"],
    ["adapter", "removed", "restore", "before"],
    ["adapter", "purged", "restore", "version_state"],
    ["adapter", "published", "restore", "decision_made"],
    ["adapter", "published", "rate", "published"],
    ["adapter", "removed", "rate", "version_state"],
    ["adapter", "published", "hide", "request_invalid"],
    ["adapter", "published", "suspend", "request_invalid"],
    ["mix", "published", "remove", "removed"],
    ["mix", "removed", "restore", "before"],
    ["comment", "visible", "hide", "hidden"],
    ["comment", "hidden_by_owner", "hide", "hidden"],
    ["comment", "hidden", "hide", "decision_made"],
    ["comment", "hidden", "unhide", "visible"],
    ["comment", "visible", "unhide", "decision_made"],
    ["comment", "hidden_by_owner", "unhide", "version_state"],
    ["comment", "gone", "hide", "version_state"],
    ["comment", "visible", "remove", "request_invalid"],
    ["user", "active", "suspend", "suspended"],
    ["user", "suspended", "suspend", "decision_made"],
    ["user", "suspended", "unsuspend", "active"],
    ["user", "active", "unsuspend", "decision_made"],
    ["user", "gone", "suspend", "version_state"],
  ] as const)("turns %s %s by %s into %s", (kind, state, decision, expected) => {
    expect(outcome(kind, state, decision)).toBe(expected);
  });

  it("lets every report be dismissed, in any state", () => {
    for (const { kind, state } of every) expect(outcome(kind, state, "dismiss")).toBe(state);
  });

  it("leads only to states that the kind has", () => {
    for (const { kind, state, decision } of every) {
      const next = move(kind, state, decision);
      if (!(next instanceof Refusal) && next !== "before") expect(STATES[kind]).toContain(next);
    }
  });

  it("refuses a second decision of the same kind, except a rating and a dismissal", () => {
    for (const { kind, state, decision } of every) {
      if (decision === "rate" || decision === "dismiss") continue;
      const next = move(kind, state, decision);
      const after = next === "before" ? "published" : next;
      if (!(after instanceof Refusal)) expect(outcome(kind, after, decision)).toBe("decision_made");
    }
  });

  it("can undo by the inverse whatever may be appealed", () => {
    for (const { kind, state, decision } of every) {
      const next = move(kind, state, decision);
      const inverse = INVERSE[decision];
      if (next instanceof Refusal || next === "before" || inverse === null) continue;
      expect(isAppealable(decision)).toBe(true);
      expect(move(kind, next, inverse)).not.toBeInstanceOf(Refusal);
    }
  });

  it("offers exactly the allowed decisions, and dismiss only if reports are pending", () => {
    for (const kind of KINDS) {
      for (const state of STATES[kind]) {
        const granted = decisionsOf(kind).filter((one) => !(move(kind, state, one) instanceof Refusal));
        expect(decisionsIn(kind, state, 1).sort()).toEqual(granted.sort());
        expect(decisionsIn(kind, state, 0)).not.toContain("dismiss");
      }
    }
  });
});

describe("who may appeal and who decides", () => {
  it("allows no appeal against an action without effect", () => {
    const appealable = DECISIONS.filter(isAppealable);
    expect(appealable).toEqual(["remove", "rate", "hide", "suspend"]);
    for (const kind of ["overturn", "uphold", "set_role", "block_term"])
      expect(isAppealable(kind)).toBe(false);
  });

  it.each([
    ["another moderator", "b", 1, true],
    ["the one who acted, while there is another", "a", 1, false],
    ["the one who acted, where there is no other", "a", 0, true],
    ["a moderator whom it concerns", "s", 0, false],
    ["a moderator whom it concerns, among others", "s", 2, false],
  ])("decides on an appeal: %s", (_, who, others, expected) => {
    expect(mayDecideAppeal(who, "a", "s", others)).toBe(expected);
  });
});

describe("the floor of a rating", () => {
  it("is reached by itself and by everything stricter", () => {
    for (const [i, floor] of RATINGS.entries()) {
      expect(RATINGS.filter((rating) => reaches(rating, floor))).toEqual(RATINGS.slice(i));
    }
    expect(RATINGS.every((rating) => reaches(rating, null))).toBe(true);
  });
});
