// How the tools call the API: through its routes with the caller's key, so that rights, quotas, limits and messages are the API's.

import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { Id } from "../../schema/contract/ids.ts";
import type { Problem } from "../../schema/contract/problem.ts";

export type Ask = (
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  prefer?: string,
) => Promise<Response>;

/** What the tools are given: the API, and addresses of the caller's pictures that need no key. */
export type Reach = { ask: Ask; pictureUrl: (id: Id<"img">) => Promise<string> };

/** A reply, or the refusal as a tool's error: the assistant reads the code, the reason and the fields at fault. */
export async function replyOf<T>(response: Response): Promise<{ value: T } | { refused: CallToolResult }> {
  if (response.ok) return { value: (await response.json()) as T };
  const problem = (await response.json()) as Problem;
  const faults = problem.errors.map(({ pointer, detail }) => `\n${pointer}: ${detail}`).join("");
  const retry = response.headers.get("retry-after");
  const wait = retry ? `\nTry again in ${retry} s.` : "";
  return {
    refused: { isError: true, content: [text(`${problem.code}: ${problem.detail}${faults}${wait}`)] },
  };
}

export const text = (words: string) => ({ type: "text" as const, text: words });
export const json = (value: unknown) => text(JSON.stringify(value));

/** Path segments of owner/name. */
export const pathOf = (ref: string) => ref.split("/").map(encodeURIComponent).join("/");
