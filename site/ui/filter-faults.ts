// Which filters of a page's address the API refuses, in words for whoever opened it: they followed a link, and sent no request to correct.
// Pure.

import { FILTER_VALUES_MAX, SEARCH_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import type { Failure } from "../failure.ts";

const ADAPTER = {
  noun: "an adapter",
  form: "One is named by its owner and its own name, like orthoplex/ivy.",
};

/** What each filter takes. */
const FILTERS: Readonly<Record<string, { noun: string; form: string }>> = {
  adapter: ADAPTER,
  composes_with: ADAPTER,
  owner: { noun: "an owner", form: "Their names have 1 to 40 of the characters a to z, 0 to 9 and hyphens." },
  rating: { noun: "a rating", form: "There are general, sensitive and explicit." },
  base: { noun: "a base", form: "" },
  class: { noun: "a kind", form: "" },
  tag: { noun: "a tag", form: "" },
  licence: { noun: "a licence", form: "" },
};

const SHOWN_MAX = 60;

/** A sentence about each refused filter; empty where the call failed for another reason. `query`: what the address asks for. */
export function filterFaults(failure: Failure, query: object): string[] {
  if (failure.kind !== "refused") return [];
  const { code, errors } = failure.problem;
  const asked = new Map<string, unknown>(Object.entries(query));
  if (errors.length === 0 || !errors.every(({ pointer }) => asked.has(pointer.replace(/^\?/, "")))) return [];
  return [
    ...new Set(
      errors.map(({ pointer, detail }) =>
        code === "request_invalid" ? sentence(pointer.slice(1), asked.get(pointer.slice(1))) : detail,
      ),
    ),
  ];
}

function sentence(name: string, asked: unknown): string {
  if (name === "q") return `Words to search for have at most ${SEARCH_MAX_CHARACTERS} readable characters.`;
  const values = Array.isArray(asked) ? asked : [asked];
  if (values.length > FILTER_VALUES_MAX) return `A filter takes at most ${FILTER_VALUES_MAX} values.`;
  const { noun, form } = FILTERS[name] ?? { noun: "a filter", form: "" };
  return `“${readable(values.join(", "))}” cannot be ${noun}. ${form}`.trim();
}

/** Without control characters and bidirectional overrides, and not as long as it likes. */
function readable(text: string): string {
  const characters = [...text.replace(/\p{C}/gu, "")];
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX).join("")}…` : characters.join("");
}
