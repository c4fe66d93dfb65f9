// Inserts the triggers of a model's adapters into a prompt that lacks them. Pure; who is a person by the base's own words comes from its
// description.

import type { Base } from "../../schema/contract/bases.ts";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import { peopleIn } from "../catalog/prompt-rules.ts";
import { calls } from "../lib/base-sizes.ts";

type Described = Pick<Base, "id" | "prompt" | "sizes">;

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

/** What the base's words say of a person, such as its flowers, makes a person of any clause. */
const isBackground = (base: Described, clause: string) =>
  BACKGROUND.test(clause) && !PERSON.test(clause) && peopleIn(base, clause) === 0;

/**
 * Whether a prompt certainly means more people than the one of a trigger: another trigger, two nouns of people, he and she, or a word for
 * several. Whoever writes the trigger and a noun of a person in another clause, or the trigger in two clauses, means two as well.
 */
function meansSeveral(clauses: readonly string[], trigger: string): boolean {
  const own = clauses.filter((clause) => calls(clause, trigger));
  const others = clauses.filter((clause) => !calls(clause, trigger));
  const prompt = [...own.map((clause) => clause.toLowerCase().replaceAll(trigger, "")), ...others].join("; ");
  const nouns = (text: string) => (text.match(NOUNS) ?? []).length;
  if (TRIGGER.test(prompt) || SEVERAL.test(prompt) || nouns(prompt) > 1 || own.length > 1) return true;
  if (own.length === 1 && nouns(others.join("; ")) > 0) return true;
  return /\bhe\b/i.test(prompt) && /\bshe\b/i.test(prompt);
}

/** All clauses but backgrounds as those of one person; null where there is only one, or several people are meant. */
function asOnePerson(base: Described, clauses: readonly string[], trigger: string): string | null {
  const people = clauses.filter((clause) => !isBackground(base, clause));
  if (people.length < 2 || meansSeveral(clauses, trigger)) return null;
  const own = people.find((clause) => calls(clause, trigger));
  const words = own ? [own, ...people.filter((clause) => clause !== own)] : people;
  const person = own ? words.join(", ") : `${trigger} ${words.join(", ")}`;
  return [person, ...clauses.filter((clause) => isBackground(base, clause))].join("; ");
}

/**
 * An adapter whose trigger is missing would not be drawn at all. Free text gets the missing ones before its words. In a grammar, clauses
 * (split at `;`) without a trigger get the missing ones in their order; the last of them is said once for each adapter that is left. A
 * clause that is a background alone is passed over while there is another, and is given the trigger where there is none: a trigger before
 * words never makes a second person of them, as one of its own does. Where every clause is somebody's already, the missing triggers follow
 * as clauses of their own.
 *
 * A single adapter in a picture that has `room` for one person is that person: all clauses but backgrounds become one, as those who know no
 * grammar write `sky; smiling` or `<ivy>; smiling`. Unless the prompt certainly means several people: then they need a wider picture.
 */
export function promptWithTriggers(
  base: Described,
  prompt: string,
  { members, room }: { members: readonly Pick<ResolvedMember, "trigger">[]; room: number },
): string {
  const missing = [...new Set(members.map(({ trigger }) => trigger))].filter(
    (trigger) => !calls(prompt, trigger),
  );
  const isGrammar = base.prompt.kind === "grammar";
  if (missing.length > 0 && !isGrammar) return `${missing.join(" and ")}, ${prompt}`;
  const clauses = prompt
    .split(";")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
  const [only] = members.length === 1 && room === 1 && isGrammar ? members : [];
  const one = only ? asOnePerson(base, clauses, only.trigger) : null;
  if (one !== null) return one;
  if (missing.length === 0) return prompt;
  const free = clauses.filter((clause) => !TRIGGER.test(clause));
  const people = free.filter((clause) => !isBackground(base, clause));
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
