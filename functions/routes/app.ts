// What every route file starts from: an OpenAPIHono whose validation faults become one refusal, and the shared pieces of a route.

import { OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { Problem } from "../../schema/contract/problem.ts";
import type { App } from "../context.ts";
import { type Fault, Refusal, Refused } from "../lib/refusal.ts";
import { faultMessage } from "../lib/wording.ts";

// Messages in a schema take precedence; these replace zod's own.
z.config({ customError: faultMessage });

export function router() {
  return new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (result.success) return;
      throw new Refused(refusalOfIssues(result.target, result.error.issues));
    },
  });
}

/** A malformed id in the path is not found; other faults are listed field by field. */
export function refusalOfIssues(target: string, issues: readonly z.core.$ZodIssue[]): Refusal {
  if (target === "param") return new Refusal("not_found", "Nothing is at this address.");
  const faults = issues.flatMap((issue) => faultsOf(target, issue));
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  return new Refusal(
    "request_invalid",
    first ? `${first.pointer || "body"}: ${first.detail}${more}` : "",
    faults,
  );
}

function faultsOf(target: string, issue: z.core.$ZodIssue): Fault[] {
  const paths =
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [[...issue.path]];
  const detail = issue.code === "unrecognized_keys" ? "is not a field of this request" : issue.message;
  return paths.map((path) => ({ pointer: pointerOf(target, path), detail }));
}

/** RFC 6901 for bodies, ?name for query parameters, the bare name for headers. */
function pointerOf(target: string, path: readonly PropertyKey[]): string {
  if (target === "query") return `?${String(path[0] ?? "")}`;
  if (target === "header") return String(path[0] ?? "");
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** For routes that take no query at all: an unknown parameter is a mistake that must not pass unnoticed. */
export const noQuery = createMiddleware<App>(async (c, next) => {
  const [name] = new URL(c.req.url).searchParams.keys();
  if (name !== undefined) {
    const detail = `The query parameter "${name}" is not known here.`;
    throw new Refused(new Refusal("request_invalid", detail, [{ pointer: `?${name}`, detail }]));
  }
  await next();
});

/** A JSON body that must be there and must say that it is JSON. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

export const jsonReply = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

export const problemReply = {
  description: "A refusal",
  content: { "application/problem+json": { schema: Problem } },
};

export const idParam = <K extends string, T extends z.ZodType>(name: K, schema: T) =>
  z.object({ [name]: schema } as { [P in K]: T });
