// Converts a failed call to text for people: what happened, and what to do. Pure.

import type { ErrorCode } from "../schema/contract/codes.ts";
import type { Problem } from "../schema/contract/problem.ts";
import { REMEDIES } from "./remedies.ts";

/** Why a call failed: a refusal of the API or of the sign-in, no answer, or an answer that is not the API's. */
export type Failure =
  | { kind: "refused"; problem: Problem }
  | { kind: "declined"; message: string }
  | { kind: "unreachable" }
  | { kind: "unreadable"; status: number };

export interface Message {
  title: string;
  detail: string;
  remedy: string;
}

/** Pages have no API key to send: their session has ended, or somebody has signed out in another window. */
const SIGNED_OUT: Message = {
  title: "You are signed out",
  detail: "",
  remedy: "Sign in again to do this.",
};

export function messageOf(failure: Failure): Message {
  switch (failure.kind) {
    case "refused": {
      const { code, title, detail, errors } = failure.problem;
      if (code === "auth_required") return SIGNED_OUT;
      const faults = errors.map((e) => (e.pointer ? `${fieldName(e.pointer)}: ${e.detail}` : e.detail));
      return {
        title,
        detail: faults.length > 0 ? faults.join(" · ") : detail,
        remedy: REMEDIES[code] ?? REMEDIES.internal,
      };
    }
    case "declined":
      return { title: failure.message, detail: "", remedy: "Correct what you entered and try again." };
    case "unreachable":
      return {
        title: "The server did not answer",
        detail: "The connection broke or the server is down.",
        remedy: "Check your connection and try again. What you entered is still here.",
      };
    case "unreadable":
      return {
        title: "The answer could not be read",
        detail: `The server replied with status ${failure.status} and no explanation.`,
        remedy: REMEDIES.internal,
      };
  }
}

export function codeOf(failure: Failure): ErrorCode | null {
  return failure.kind === "refused" ? failure.problem.code : null;
}

/** The error of one field, by its JSON pointer, so that a form can show it beside the input. */
export function faultAt(failure: Failure | null, pointer: string): string | null {
  if (failure?.kind !== "refused") return null;
  return failure.problem.errors.find((e) => e.pointer === pointer)?.detail ?? null;
}

/** `/adapters/0/strength` -> `Adapter 1, strength`; `?limit` -> `limit`. Numbers start at 1. */
export function fieldName(pointer: string): string {
  const parts = pointer.replace(/^[#?]?\/?/, "").split("/");
  const words: string[] = [];
  for (const part of parts) {
    const last = words.at(-1);
    if (/^\d+$/.test(part) && last !== undefined) {
      words[words.length - 1] = `${last.replace(/s$/, "")} ${Number(part) + 1}`;
    } else {
      words.push(part.replaceAll("~1", "/").replaceAll("~0", "~").replaceAll("_", " "));
    }
  }
  const text = words.join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
