// What a base's description says of prompts: how many people have room in a picture, and which weights and choices mean something. Pure. The
// runner reads prompts in full and may refuse more; what is refused here it would refuse for every seed.

import type { Base } from "../../schema/contract/bases.ts";
import { cutText } from "../../schema/contract/cut-text.ts";
import { PROMPT_CHOICES_DEPTH_MAX, PROMPT_WEIGHT_MAX } from "../../schema/contract/limits.ts";
import { placesOf } from "../lib/base-sizes.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

type Pixels = { width: number; height: number };
type Described = Pick<Base, "id" | "prompt" | "sizes">;
type Texts = { prompt: string; negative_prompt?: string };

/** A word as gpu-runner/orthoplex/bases/cast/prompt.py splits them; schema/examples/people-of-prompts.json holds both to one count. */
const WORD = /<[a-z0-9][a-z0-9_-]{0,63}>|#[0-9a-f]{6}|[a-z0-9](?:[a-z0-9'-]*[a-z0-9])?/g;
/** Only this between two words makes them one that is listed with a hyphen. */
const SPACE = /^[^\S\n]+$/;

/**
 * How many people a prompt certainly describes. In a grammar each clause (split at `;`) is one person for each trigger in it, or one where it
 * has a word of the base's that is said of people; the rest of the base's rules may find more. Free text places nobody.
 */
export function peopleIn({ prompt: { kind, people_words = [] } }: Described, prompt: string): number {
  if (kind !== "grammar") return 0;
  const listed = new Set(people_words);
  const clauses = prompt.toLowerCase().split(";");
  return clauses.reduce((people, clause) => {
    const words = distinctWords(clause, listed);
    const triggers = [...words].filter((word) => word.startsWith("<")).length;
    return people + (triggers || Number(people_words.some((word) => words.has(word))));
  }, 0);
}

/** "pixel art" is "pixel-art", where that is listed. */
function distinctWords(clause: string, listed: ReadonlySet<string>): Set<string> {
  const words: string[] = [];
  let end = 0;
  for (const { 0: word, index } of clause.matchAll(WORD)) {
    const joined = `${words.at(-1)}-${word}`;
    if (SPACE.test(clause.slice(end, index)) && listed.has(joined)) words[words.length - 1] = joined;
    else words.push(word);
    end = index + word.length;
  }
  return new Set(words);
}

/** Why no picture of that size shows what a prompt asks for; without a size, why none of the base's does. */
export function promptFault(base: Described, texts: Texts, size?: Pixels): Refusal | null {
  return roomFault(base, texts.prompt, size) ?? weightsFault(base, texts);
}

function roomFault(base: Described, prompt: string, size: Pixels | undefined): Refusal | null {
  const people = peopleIn(base, prompt);
  const drawn = base.sizes.find(({ width, height }) => width === size?.width && height === size.height);
  if (size && !drawn) return null;
  const most = Math.max(...base.sizes.map(placesOf));
  if (people <= (drawn ? placesOf(drawn) : most)) return null;
  const described = `The prompt describes ${people} people`;
  if (people > most) {
    return refuse("request_invalid", `${described}; ${base.id} has room for ${most} at most.`, "/prompt");
  }
  const wide = base.sizes.find((each) => placesOf(each) >= people);
  const other = wide ? `; ${wide.width}x${wide.height} has room for ${placesOf(wide)}` : "";
  const room = drawn ? placesOf(drawn) : most;
  return refuse("request_invalid", `${described}, but this size has room for ${room}${other}.`, "/size");
}

/** Twin of gpu-runner/orthoplex/bases/sd/prompt_weights.py and of zimage/reading.py, as far as they refuse. */
function weightsFault({ id, prompt: { weights } }: Described, texts: Texts): Refusal | null {
  if (weights === undefined) return null;
  for (const [name, text] of Object.entries(texts)) {
    const detail = weights ? (depthFault(text) ?? numberFault(text)) : weightedFault(id, text);
    if (detail) return refuse("request_invalid", detail, `/${name}`);
  }
  return null;
}

const WEIGHTED = /(?<!\\)\([^()]*[^()\s\d]\s*:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)/;

/** A weight on a base whose text encoder's vectors have one length, so that none could act; `(16:9)` is text. */
function weightedFault(id: string, text: string): string | null {
  const found = WEIGHTED.exec(text)?.[0];
  if (found === undefined) return null;
  return `${cutText(found, 80)} weighs words, which ${id} cannot. Leave the number out; brackets that are text are written \\( and \\).`;
}

const CHOICE = /(?<!\\)\{((?:[^{}\\]|\\.)*)\}/g;

function depthFault(text: string): string | null {
  let rest = text;
  for (let depth = 0; depth <= PROMPT_CHOICES_DEPTH_MAX; depth++) {
    const chosen = rest.replaceAll(CHOICE, (_, words: string) => words.split("|")[0] ?? "");
    if (chosen === rest) return null;
    rest = chosen;
  }
  return `Choices {one|other} stand in one another at most ${PROMPT_CHOICES_DEPTH_MAX} deep.`;
}

const PIECE = /\\[()[\]{}\\]|:\s*([+-]?[.\p{Nd}][^\s:()[\]\\]*)\s*\)|[()[\]]|[^\\()[\]:]+|[\\:]/gu;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/;

/** A weight that is none; not where choices stand, since what is written depends on the seed there. */
function numberFault(text: string): string | null {
  if (text.search(CHOICE) >= 0) return null;
  const opened: { bracket: string; at: number }[] = [];
  for (const match of text.matchAll(PIECE)) {
    const [piece, written] = match;
    const last = opened.at(-1)?.bracket;
    if (piece === "(" || piece === "[") opened.push({ bracket: piece, at: match.index });
    else if (written !== undefined && last === "(") {
      const from = opened.pop()?.at ?? 0;
      const weight = NUMBER.test(written) ? Number(written) : Number.NaN;
      if (!(weight >= 0 && weight <= PROMPT_WEIGHT_MAX)) {
        const words = cutText(text.slice(from + 1, match.index + piece.length - 1), 80);
        return `(${words}) needs a number from 0 to ${PROMPT_WEIGHT_MAX} behind the colon; brackets that are text are written \\( and \\).`;
      }
    } else if ((piece === ")" && last === "(") || (piece === "]" && last === "[")) opened.pop();
  }
  return null;
}
