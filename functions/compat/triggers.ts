// Inserts the triggers of a model's adapters into a prompt that lacks them. Pure; independent of any base's words.

import type { Base } from "../../schema/contract/bases.ts";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";

const TRIGGER = /<[a-z0-9](?:[a-z0-9-]*[a-z0-9])?>/i;
/** A background and nothing else, as far as can be known: a few words, none of a person or of what one does, before its noun. */
const BACKGROUND = /^(?:[^\s,.]+\s+){0,4}(?:background|backdrop|wall|scene)[.!]?$/i;
const PERSON =
  /\b(?:\w+ing|person|people|man|men|woman|women|boys?|girls?|guys?|lady|kids?|child|character|he|she|they)\b/i;

const isBackground = (clause: string) => BACKGROUND.test(clause) && !PERSON.test(clause);

/**
 * An adapter whose trigger is missing would not be drawn at all. Free text gets the missing ones before its words. In a grammar, clauses
 * (split at `;`) without a trigger get the missing ones in their order; the last of them is said once for each adapter that is left. A
 * clause that is a background alone is passed over while there is another, and is given the trigger where there is none: a trigger before
 * words never makes a second person of them, as one of its own does. Where every clause is somebody's already, the missing triggers follow
 * as clauses of their own.
 */
export function promptWithTriggers(
  kind: Base["prompt"]["kind"],
  prompt: string,
  members: readonly Pick<ResolvedMember, "trigger">[],
): string {
  const said = prompt.toLowerCase();
  const missing = [...new Set(members.map(({ trigger }) => trigger))].filter(
    (trigger) => !said.includes(trigger),
  );
  if (missing.length === 0) return prompt;
  if (kind === "text") return `${missing.join(" and ")}, ${prompt}`;
  const clauses = prompt
    .split(";")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
  const free = clauses.filter((clause) => !TRIGGER.test(clause));
  const people = free.filter((clause) => !isBackground(clause));
  const taking = people.length > 0 ? people : free.slice(0, 1);
  if (taking.length === 0) return [...clauses, ...missing].join("; ");
  const isTaking = (clause: string) => taking.includes(clause);
  const last = clauses.findLastIndex(isTaking);
  return clauses
    .flatMap((clause, i) => {
      if (!isTaking(clause)) return [clause];
      const taken = missing.splice(0, i === last ? missing.length : 1);
      return taken.length === 0 ? [clause] : taken.map((trigger) => `${trigger} ${clause}`);
    })
    .join("; ");
}
