// Inserts the triggers of a model's adapters into a prompt that lacks them. Pure; independent of any base's words.

import type { Base } from "../../schema/contract/bases.ts";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";

const TRIGGER = /<[a-z0-9](?:[a-z0-9-]*[a-z0-9])?>/i;
/** A background and nothing else, as far as can be known: a few words, none of a person or of what one does, before its noun. */
const BACKGROUND = /^(?:[^\s,.]+\s+){0,4}(?:background|backdrop|wall|scene)[.!]?$/i;
/** Words in -ing that are of no person: seasons, times, what stands in a background. */
const THINGS =
  "spring|morning|evening|building|lighting|lightning|ceiling|clearing|painting|drawing|fading|glowing|railing|string|wing|ring";
const NOUN =
  "person|man|woman|boy|girl|guy|lady|kid|child|baby|friend|brother|sister|mother|father|wife|husband|robot";
const PEOPLE =
  "people|persons|men|women|boys|girls|guys|ladies|kids|children|babies|friends|brothers|sisters|twins|robots|characters|crowd";
const PERSON = new RegExp(
  `\\b(?:(?!(?:${THINGS})\\b)\\w+ing|${NOUN}|${PEOPLE}|character|he|she|they)\\b`,
  "i",
);
const NOUNS = new RegExp(`\\b(?:${NOUN})\\b`, "gi");
/** More than one by a word: a plural, a number of them, or another one beside. */
const SEVERAL = new RegExp(
  `\\b(?:${PEOPLE}|(?:two|three|four|both|all) of|another (?:one|${NOUN})|couple of (?:them|us)|(?:someone|somebody) else|a couple\\b(?! of)|` +
    `(?:and|with|beside|next to) (?:an?|one|another|some|the|his|her|their)? ?(?:[\\w-]+ ){0,3}(?:${NOUN}))\\b`,
  "i",
);

const isBackground = (clause: string) => BACKGROUND.test(clause) && !PERSON.test(clause);

/** Whether a prompt certainly means more than one person: another's trigger, two nouns of people, he and she, or a word for several. */
function meansSeveral(prompt: string): boolean {
  if (TRIGGER.test(prompt) || SEVERAL.test(prompt) || (prompt.match(NOUNS) ?? []).length > 1) return true;
  return /\bhe\b/i.test(prompt) && /\bshe\b/i.test(prompt);
}

/**
 * An adapter whose trigger is missing would not be drawn at all. Free text gets the missing ones before its words. In a grammar, clauses
 * (split at `;`) without a trigger get the missing ones in their order; the last of them is said once for each adapter that is left. A
 * clause that is a background alone is passed over while there is another, and is given the trigger where there is none: a trigger before
 * words never makes a second person of them, as one of its own does. Where every clause is somebody's already, the missing triggers follow
 * as clauses of their own.
 *
 * A single adapter in a picture that has `room` for one person is that person: all clauses but backgrounds become one, as those who know no
 * grammar write `sky; smiling`. Unless the prompt certainly means several people: then the base says that there is no room.
 */
export function promptWithTriggers(
  kind: Base["prompt"]["kind"],
  prompt: string,
  { members, room }: { members: readonly Pick<ResolvedMember, "trigger">[]; room: number },
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
  if (members.length === 1 && room === 1 && people.length > 1 && !meansSeveral(prompt)) {
    return [`${missing[0]} ${people.join(", ")}`, ...free.filter(isBackground)].join("; ");
  }
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
