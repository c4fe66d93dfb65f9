// Every failure has words: what happened, and what to do.

import { describe, expect, it } from "vitest";
import { ERROR_CODE_NAMES, ERROR_CODES, JOB_ERROR_CODES } from "../../schema/contract/codes.ts";
import type { Problem } from "../../schema/contract/problem.ts";
import { type Failure, faultAt, fieldName, messageOf } from "../../site/failure.ts";
import { JOB_REMEDIES, REMEDIES } from "../../site/remedies.ts";

function refused(code: (typeof ERROR_CODE_NAMES)[number], errors: Problem["errors"] = []): Failure {
  const { status, title } = ERROR_CODES[code];
  const problem: Problem = {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail: "Slot 7 of cast-3 belongs to demo/ana.",
    instance: "/v1/x",
    code,
    errors,
    error: { message: "", type: "invalid_request_error", param: null, code },
  };
  return { kind: "refused", problem };
}

describe("failure", () => {
  it("says for every refusal code what happened and what to do", () => {
    for (const code of ERROR_CODE_NAMES) {
      if (code === "auth_required") continue;
      const { title, detail, remedy } = messageOf(refused(code));
      expect(title).toBe(ERROR_CODES[code].title);
      expect(detail).toContain("Slot 7");
      expect(remedy).toBe(REMEDIES[code]);
      expect(remedy).toMatch(/^[A-Z].*[.!]$/);
    }
    for (const code of JOB_ERROR_CODES) expect(JOB_REMEDIES[code]).toMatch(/^[A-Z].*\.$/);
  });

  it("says to people whose session has ended that they are signed out, and nothing of API keys", () => {
    const { title, detail, remedy } = messageOf(refused("auth_required"));
    expect([title, remedy]).toEqual(["You are signed out", "Sign in again to do this."]);
    expect(`${detail}${remedy}`).not.toMatch(/key|bearer/i);
  });

  it("names the fields at fault in the order the API named them", () => {
    const failure = refused("request_invalid", [
      { pointer: "/adapters/1/region/width", detail: "leaves the canvas" },
      { pointer: "/prompt", detail: "is too long" },
    ]);
    expect(messageOf(failure).detail).toBe(
      "Adapter 2, region, width: leaves the canvas · Prompt: is too long",
    );
    expect(faultAt(failure, "/prompt")).toBe("is too long");
    expect(faultAt(failure, "/seed")).toBeNull();
  });

  it("counts list items from one and reads query parameters", () => {
    expect(fieldName("/images/0/upload_id")).toBe("Image 1, upload id");
    expect(fieldName("?limit")).toBe("Limit");
    expect(fieldName("")).toBe("");
  });

  it("has a text for a lost connection and for an unreadable answer", () => {
    expect(messageOf({ kind: "unreachable" }).remedy).toContain("still here");
    expect(messageOf({ kind: "unreadable", status: 502 }).detail).toContain("502");
    expect(messageOf({ kind: "declined", message: "Invalid email or password" }).title).toBe(
      "Invalid email or password",
    );
  });
});
