// Parses a prompt as the runner does, as far as a preview needs it: persons with their place and expression, the background,
// and unknown words. Looks belong to an adapter, so nouns of looks only consume the colours before them. Pure.
// Twin of gpu-runner/orthoplex/bases/cast/prompt.py, bound to it by test/site/preview/golden.json.

import { language } from "./shapes.ts";

export type Palettes = Record<string, Record<string, string>>;

export interface Person {
  trigger: string | null;
  /** Cell from the left; -1 is the last. Null where the prompt does not say. */
  place: number | null;
  expression: string | null;
}

interface Background {
  kind: string | null;
  rgb: string | null;
}

export interface Read {
  persons: Person[];
  background: Background;
  unknown: string[];
}

const TRIGGER = /^<[a-z0-9][a-z0-9_-]{0,63}>$/;
/** Signs between words only part them: people who know no grammar write "smiling | sky" and "smiling - sky". */
const SIGNS =
  "\\-,.!?:|/\\\\()[\\]{}\"'&+*_\\u2013\\u2014\\u2026\\u00b7\\u2022\\u2192\\u3001\\u3002\\uff01\\uff08\\uff09\\uff0c\\uff1a\\uff1b\\uff1f";
const TOKEN = new RegExp(
  `<[a-z0-9][a-z0-9_-]{0,63}>|#[0-9a-f]{6}|[a-z0-9](?:[a-z0-9'-]*[a-z0-9])?|[${SIGNS}\\n]|[^\\s${SIGNS}]`,
  "gu",
);
const SIGN = new RegExp(`^[${SIGNS}\\n]$`, "u");
const SHADES = new Set(["light", "dark", "pale", "deep", "bright"]);

const set = (words: readonly string[]): ReadonlySet<string> => new Set(words);
const table = (words: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(words));

const hairNouns = set(language.hair_nouns);
const hairKinds = set(language.hair_kinds);
const colourNouns = table(language.colour_nouns);
const backgroundNouns = set(language.background_nouns);
const backgroundKinds = table(language.background_kinds);
const backgroundColours = table(language.background_colours);
const cssColours = table(language.css_colours);
const glassesNouns = set(language.glasses_nouns);
const plainNouns = set(language.plain_nouns);
const negations = set(language.negations);
const expressions = table(language.expressions);
const styles = set(language.styles);
const places: ReadonlyMap<string, number> = new Map(Object.entries(language.places));
const filler = set(language.filler);
const personWords = set(language.person_words);
/** Of fillers, those that have colours of their own, which say nothing here. */
const otherNouns = set(language.other_nouns);
const knownWords: readonly { has(word: string): boolean }[] = [
  ...[
    hairNouns,
    hairKinds,
    colourNouns,
    backgroundNouns,
    backgroundKinds,
    glassesNouns,
    plainNouns,
    negations,
  ],
  ...[expressions, styles, places, filler],
];

/** RGB hex of a colour word: the palette first, then background colours, CSS names and #rrggbb. */
function colourOf(name: string, palette: ReadonlyMap<string, string>): string | null {
  if (name.startsWith("#")) return name.slice(1);
  for (const candidate of [name, name.replaceAll("gray", "grey")]) {
    const found = palette.get(candidate) ?? backgroundColours.get(candidate);
    if (found) return found;
  }
  const bare = name.replaceAll(" ", "");
  return cssColours.get(bare.replaceAll("grey", "gray")) ?? cssColours.get(bare) ?? null;
}

/** Parses one clause: holds colours and kinds until their noun follows. */
class Clause {
  trigger: string | null = null;
  place: number | null = null;
  expression: string | null = null;
  sawPerson = false;
  background: Background = { kind: null, rgb: null };
  unknown: string[] = [];
  #colours: string[] = [];
  /** A sign stands before the next word. */
  #apart = true;
  /** So many of the colours stand before the last sign. */
  #parted = 0;
  /** So many of the colours stand before a noun that is none of ours, as in "green eyes". */
  #other = 0;
  #kinds: string[] = [];
  #hairColour: string | null = null;
  #clothesColour: string | null = null;
  readonly #palettes: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(palettes: ReadonlyMap<string, ReadonlyMap<string, string>>) {
    this.#palettes = palettes;
  }

  /** The next word, or a sign between words. */
  read(word: string): void {
    if (SIGN.test(word)) {
      this.#apart = true;
      this.#parted = this.#colours.length;
      return;
    }
    if (!this.#apart && (otherNouns.has(word) || !this.#isKnown(word))) this.#other = this.#colours.length;
    this.#apart = false;
    this.#word(word);
  }

  /** The colours waiting for a noun. A concept's looks are its own, so what a sign parts from them stays behind it. */
  #taken(palette: string): string[] {
    const kept = palette === "background" || this.trigger === null ? 0 : this.#parted;
    const taken = this.#colours.splice(kept);
    this.#other = Math.min(this.#other, kept);
    this.#parted = kept;
    return taken;
  }

  #isKnown(word: string): boolean {
    return knownWords.some((words) => words.has(word)) || TRIGGER.test(word) || this.#isColour(word);
  }

  #word(word: string): void {
    if (TRIGGER.test(word)) {
      this.trigger = word;
      this.sawPerson = true;
    } else if (negations.has(word) || this.#noun(word)) {
      return;
    } else if (expressions.has(word)) {
      this.expression = expressions.get(word) ?? null;
      this.sawPerson = true;
    } else if (styles.has(word)) {
      this.sawPerson = true;
    } else if (places.has(word)) {
      this.place = places.get(word) ?? null;
      this.sawPerson = true;
    } else if (hairKinds.has(word) || backgroundKinds.has(word)) {
      this.#kinds.push(word);
    } else if (this.#isColour(word)) {
      this.#colours.push(word);
    } else if (filler.has(word)) {
      this.sawPerson ||= personWords.has(word);
    } else {
      this.unknown.push(word);
    }
  }

  /** Words whose noun never followed: "on stripes", "navy". */
  finish(): void {
    for (const kind of this.#kinds) {
      const background = backgroundKinds.get(kind);
      if (background) this.background.kind = background;
      else this.sawPerson = true;
    }
    this.#kinds = [];
    const last = this.#colours.at(-1);
    if (last === undefined || this.#colours.length <= this.#other) return;
    if (this.#isBehind(last) && !this.background.rgb) this.background.rgb = this.#colour("background");
    else if (this.#palette("hair").has(last) && !this.#hairColour) {
      this.#hairColour = this.#colour("hair");
      this.sawPerson = true;
    } else if (this.sawPerson && !this.#clothesColour) this.#clothesColour = this.#colour("clothes");
    else this.background.rgb = this.#colour("background");
  }

  /** Whether a colour without a noun can only be the background's: beside a trigger, or where nobody is spoken of. */
  #isBehind(colour: string): boolean {
    if (this.background.kind) return true;
    const isOfNobody = this.trigger !== null || !this.sawPerson;
    return isOfNobody && colourOf(colour, this.#palette("background")) !== null;
  }

  /** Lets a noun consume the words before it. False when the word is no noun. */
  #noun(word: string): boolean {
    const palette = colourNouns.get(word);
    if (hairNouns.has(word)) {
      this.#hairColour = this.#colour("hair") ?? this.#hairColour;
      this.#kinds = this.#kinds.filter((kind) => !hairKinds.has(kind));
    } else if (backgroundNouns.has(word)) {
      const kind = this.#kinds.filter((each) => backgroundKinds.has(each)).at(-1);
      this.background = {
        kind: (kind && backgroundKinds.get(kind)) ?? this.background.kind,
        rgb: this.#colour("background") ?? this.background.rgb,
      };
      this.#kinds = this.#kinds.filter((each) => !backgroundKinds.has(each));
      return true;
    } else if (palette) {
      const colour = this.#colour(palette);
      const isHat = hairKinds.has(word);
      if (palette === "clothes" && !isHat) this.#clothesColour = colour ?? this.#clothesColour;
    } else if (glassesNouns.has(word)) {
      this.#taken("glasses");
    } else if (!plainNouns.has(word)) {
      return false;
    }
    this.sawPerson = true;
    return true;
  }

  /** The colour words waiting, most specific reading first ("dark brown" before "brown"), as RGB. */
  #colour(palette: string): string | null {
    const waiting = this.#taken(palette);
    const known = this.#palette(palette);
    const pair = waiting.length >= 2 ? colourOf(waiting.slice(-2).join(" "), known) : null;
    if (pair) return pair;
    for (const word of waiting.toReversed()) {
      const found = colourOf(word, known);
      if (found) return found;
    }
    this.unknown.push(...waiting);
    return null;
  }

  #palette(name: string): ReadonlyMap<string, string> {
    if (name !== "background") return this.#palettes.get(name) ?? new Map();
    return new Map([...(this.#palettes.get("clothes") ?? []), ...backgroundColours]);
  }

  #isColour(word: string): boolean {
    return SHADES.has(word) || [...this.#palettes.values()].some((palette) => colourOf(word, palette));
  }
}

/** Words and signs; a known word with a hyphen may be written as two: "pixel art" is "pixel-art". */
function tokensOf(clause: string): string[] {
  const tokens: string[] = [];
  for (const token of clause.match(TOKEN) ?? []) {
    const joined = `${tokens.at(-1)}-${token}`;
    if (knownWords.some((words) => words.has(joined))) tokens[tokens.length - 1] = joined;
    else tokens.push(token);
  }
  return tokens;
}

export function readPrompt(text: string, palettes: Palettes): Read {
  const known = new Map(Object.entries(palettes).map(([name, colours]) => [name, table(colours)]));
  const persons: Person[] = [];
  const background: Background = { kind: null, rgb: null };
  const unknown: string[] = [];
  for (const part of text.toLowerCase().split(";")) {
    const tokens = tokensOf(part);
    // "<ana> and <bo> laughing": the words apply to both.
    const further = [...new Set(tokens.filter((token) => TRIGGER.test(token)))].slice(1);
    const clause = new Clause(known);
    for (const token of tokens) if (!further.includes(token)) clause.read(token);
    clause.finish();
    const { trigger, place, expression } = clause;
    if (clause.sawPerson) {
      persons.push({ trigger, place, expression });
      persons.push(...further.map((other) => ({ trigger: other, place: null, expression })));
    }
    background.kind = clause.background.kind ?? background.kind;
    background.rgb = clause.background.rgb ?? background.rgb;
    unknown.push(...clause.unknown);
  }
  return { persons, background, unknown: [...new Set(unknown)] };
}
