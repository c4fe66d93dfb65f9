// Edits the prompt: clauses split at `;`, one person each; chips insert and remove words. Pure.

export interface Clause {
  text: string;
  start: number;
  end: number;
}

export interface Edited {
  prompt: string;
  caret: number;
}

const TRIGGER = /<[a-z0-9](?:[a-z0-9-]*[a-z0-9])?>/g;

/** Groups of which a clause holds at most one word; words of different groups combine. */
export const EXCLUSIVE: ReadonlySet<string> = new Set([
  "expression",
  "hair",
  "hair_colour",
  "skin",
  "clothes",
  "background",
  "style",
  "place",
]);
/** Groups offered for a person from an adapter: the adapter determines the looks. */
export const ADAPTER_GROUPS: readonly string[] = ["expression", "place", "background"];

export function triggersIn(prompt: string): string[] {
  return [...new Set(prompt.toLowerCase().match(TRIGGER) ?? [])];
}

function clausesOf(prompt: string): Clause[] {
  const clauses: Clause[] = [];
  let start = 0;
  for (const text of prompt.split(";")) {
    clauses.push({ text, start, end: start + text.length });
    start += text.length + 1;
  }
  return clauses;
}

export function clauseAt(prompt: string, caret: number): Clause {
  const clauses = clausesOf(prompt);
  return clauses.find((clause) => caret <= clause.end) ?? clauses.at(-1) ?? { text: "", start: 0, end: 0 };
}

export function isBackground(clause: string): boolean {
  return /\b(?:background|backdrop|wall)\b/i.test(clause);
}

/** The phrase that a chip inserts: kinds and colours of hair and skin need their noun. */
export function phraseOf(group: string, word: string): string {
  if (group === "hair") return word === "bald" ? word : `${word} hair`;
  if (group === "hair_colour") return `${word} hair`;
  if (group === "skin") return `${word} skin`;
  if (group === "style") return `${word} style`;
  if (group === "background" && !isBackground(word)) return `${word} background`;
  return word;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const phrasePattern = (phrase: string) => new RegExp(`(?<![\\w-])${escaped(phrase)}(?![\\w-])`, "i");

export function hasPhrase(text: string, phrase: string): boolean {
  return phrasePattern(phrase).test(text);
}

/** Inserts a chip's phrase into the clause at the caret, replacing others of its group; removes it if it is there already. */
export function togglePhrase(
  { prompt, caret }: { prompt: string; caret: number },
  { group, word, words }: { group: string; word: string; words: readonly string[] },
): Edited {
  const phrase = phraseOf(group, word);
  if (group === "background") return toggleBackground(prompt, phrase);
  const clause = personClauseAt(prompt, caret);
  const present = hasPhrase(clause.text, phrase);
  const siblings = EXCLUSIVE.has(group) ? words.map((each) => phraseOf(group, each)) : [phrase];
  const bare = siblings.reduce(withoutPhrase, clause.text);
  const text = present ? bare : withPhrase(bare, group, phrase);
  return replaceClause(prompt, clause, text);
}

/** The clause under the caret, or the nearest one before it that describes a person. */
function personClauseAt(prompt: string, caret: number): Clause {
  const here = clauseAt(prompt, caret);
  if (!isBackground(here.text)) return here;
  const persons = clausesOf(prompt).filter((clause) => !isBackground(clause.text));
  return persons.filter((clause) => clause.end < here.start).at(-1) ?? persons[0] ?? here;
}

function withoutPhrase(text: string, phrase: string): string {
  return text
    .replace(phrasePattern(phrase), "")
    .replace(/\s+,/g, ",")
    .replace(/,(?:\s*,)+/g, ",")
    .replace(/\bwith(?=\s*(?:,|$))/i, "")
    .replace(/^[\s,]+|[\s,]+$/g, "")
    .replace(/\s{2,}/g, " ");
}

/** An expression follows the name directly; other words are appended after commas, the place last. */
function withPhrase(text: string, group: string, phrase: string): string {
  const bare = text.trim();
  if (bare === "")
    return group === "expression" || group === "place" ? `a person ${phrase}` : `a person, ${phrase}`;
  const parts = bare.split(",").map((part) => part.trim());
  const place =
    parts.length > 1 && /^(?:left|middle|right)$/i.test(parts.at(-1) ?? "") ? parts.pop() : undefined;
  const [first = "", ...rest] = parts;
  if (group === "expression") return [`${first} ${phrase}`, ...rest, place].filter(Boolean).join(", ");
  return [first, ...rest, phrase, place].filter(Boolean).join(", ");
}

function toggleBackground(prompt: string, phrase: string): Edited {
  const clauses = clausesOf(prompt);
  const present = clauses.some((clause) => isBackground(clause.text) && hasPhrase(clause.text, phrase));
  const persons = clauses
    .map((clause) => clause.text.trim())
    .filter((text) => text !== "" && !isBackground(text));
  const text = [...persons, ...(present ? [] : [phrase])].join("; ");
  return { prompt: text, caret: persons.join("; ").length };
}

function replaceClause(prompt: string, clause: Clause, text: string): Edited {
  const lead = clause.start > 0 ? " " : "";
  const before = prompt.slice(0, clause.start);
  const caret = (before + lead + text).length;
  return { prompt: before + lead + text + prompt.slice(clause.end), caret };
}

/** Adds a person before the background. */
export function addPerson(prompt: string, person: string): Edited {
  const texts = clausesOf(prompt)
    .map((clause) => clause.text.trim())
    .filter((text) => text !== "");
  const persons = [...texts.filter((text) => !isBackground(text)), person];
  return {
    prompt: [...persons, ...texts.filter(isBackground)].join("; "),
    caret: persons.join("; ").length,
  };
}

const PLACES: readonly (readonly string[])[] = [[], [""], ["left", "right"], ["left", "middle", "right"]];

/** Who is called, and the expressions that the adapter's own pictures show, where its training has read them. */
export type Called = { trigger: string; shown?: readonly string[] };

const MOODS = ["smiling", "laughing", "surprised"];

/** A default prompt for the members, so that the field is not empty. It asks nobody for an expression that was never trained. */
export function proposePrompt(called: readonly Called[], words: Record<string, readonly string[]>): string {
  if (called.length === 0) return "";
  const known = words.expression ?? [];
  const places = PLACES[called.length] ?? [];
  const persons = called.map(({ trigger, shown }, i) => {
    const able = known.filter((word) => shown?.includes(word) ?? MOODS.includes(word));
    const moods = [
      ...MOODS.filter((mood) => able.includes(mood)),
      ...able.filter((word) => !MOODS.includes(word)),
    ];
    const liked = moods.slice(0, MOODS.length);
    const mood = liked.length > 0 ? ` ${liked[i % liked.length]}` : "";
    return `${trigger}${mood}${places[i] ? `, ${places[i]}` : ""}`;
  });
  const background = words.background?.[0];
  return [...persons, ...(background ? [phraseOf("background", background)] : [])].join("; ");
}
