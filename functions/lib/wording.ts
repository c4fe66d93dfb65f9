// Messages for faults of a request, with the limit that was broken. Used only where the contract gives no message of its own.

import type { z } from "zod";
import { lengthOf } from "../../schema/contract/cut-text.ts";

const KINDS: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** The message for a fault, to follow the name of the field; undefined leaves it to zod. */
export function faultMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is missing";
      return `must be ${KINDS[issue.format === "safeint" ? "int" : issue.expected] ?? issue.expected}`;
    case "too_big": {
      const least = issue.inclusive === false ? "less than" : "at most";
      return bound(least, issue.origin, issue.maximum, issue.input);
    }
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "must not be empty";
      return bound(
        issue.inclusive === false ? "larger than" : "at least",
        issue.origin,
        issue.minimum,
        issue.input,
      );
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return formatWords(issue.format, issue.pattern);
    default:
      return undefined;
  }
}

function bound(relation: string, origin: string, limit: number | bigint, input: unknown): string {
  const unit = origin === "string" ? "character" : origin === "array" ? "entry" : null;
  if (unit === null) return `must be ${relation} ${count(limit)}; it is ${count(Number(input))}`;
  const length = typeof input === "string" ? lengthOf(input) : Array.isArray(input) ? input.length : 0;
  return `must have ${relation} ${count(limit)} ${plural(unit, limit)}; it has ${length === 0 ? "none" : count(length)}`;
}

const plural = (unit: "character" | "entry", n: number | bigint) =>
  Number(n) === 1 ? unit : unit === "entry" ? "entries" : "characters";

const count = (n: number | bigint) =>
  Number.isSafeInteger(Math.trunc(Number(n)))
    ? n.toLocaleString("en-US", { maximumFractionDigits: 6 })
    : String(n);

function formatWords(format: string, pattern: string | undefined): string | undefined {
  const kind = /^\^([a-z]{3}_)/.exec(pattern ?? "")?.[1];
  if (format === "template_literal" && kind) return `must be an id that begins with ${kind}`;
  if (format === "base64") return "must be base64";
  return format === "email" ? "must be an email address" : undefined;
}
