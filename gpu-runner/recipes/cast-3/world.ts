// Draws characters from the styles: pure, every choice from a seeded generator.
// A character is fixed in everything but its expression; the caption lists exactly what is visible.
import { type Choices, type Colour, type Expression, type HairKind, PALETTES, STYLES, type Style } from './styles.ts';

/** mulberry32: uniform numbers in [0, 1) from a 32-bit seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(random: () => number, values: readonly T[]): T => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('cannot pick from an empty list');
  return value;
};

export interface Character {
  style: Style;
  hairKind: HairKind | null;
  /** Option -> value for the parts that stay; an absent part is not listed. */
  parts: Record<string, string>;
  /** Option -> RGB hex. */
  colours: Record<string, string>;
  /** The face of each expression the style can make: option -> value. */
  faces: Partial<Record<Expression, Record<string, string>>>;
}

/** One caption entry: a vocabulary word, with a colour where the word is a colour role. */
export interface Word {
  word: string;
  rgb?: string;
}

function jitter(random: () => number, hex: string, amount: number): string {
  return [0, 2, 4]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) + Math.round((random() * 2 - 1) * amount))
    .map((value) => Math.min(255, Math.max(0, value)).toString(16).padStart(2, '0'))
    .join('');
}

function draw(random: () => number, choices: Choices): Record<string, string> {
  const drawn: Record<string, string> = {};
  for (const [option, values] of Object.entries(choices)) {
    if (values.length > 0) drawn[option] = pick(random, values);
  }
  return drawn;
}

/** A character of a style; `jitterAmount` moves each colour by up to that many of 255 per channel. */
export function drawCharacter(style: Style, seed: number, jitterAmount = 10): Character {
  const random = generator(seed);
  const parts = draw(random, style.parts);
  for (const [option, { probability, values }] of Object.entries(style.optional ?? {})) {
    if (random() < probability) parts[option] = pick(random, values);
  }
  // A hair kind weighs as many as it has values, so that no single cut is drawn far more often than another.
  const kinds = Object.entries(style.hair) as [HairKind, Choices][];
  const weighted = kinds.flatMap(([kind, choices]) =>
    Array.from({ length: Math.max(1, Object.values(choices)[0]?.length ?? 0) }, () => kind),
  );
  const hairKind = weighted.length > 0 ? pick(random, weighted) : null;
  if (hairKind) Object.assign(parts, draw(random, style.hair[hairKind] ?? {}));
  const colours: Record<string, string> = {};
  for (const colour of style.colours) {
    colours[colour.option] = jitter(random, pick(random, Object.values(PALETTES[colour.palette])), jitterAmount);
  }
  const faces: Character['faces'] = {};
  for (const [expression, choices] of Object.entries(style.expressions) as [Expression, Choices][]) {
    faces[expression] = draw(random, choices);
  }
  return { style, hairKind, parts, colours, faces };
}

/** Values of every part as drawn with an expression; a face's part replaces a lasting one. */
export function partsWith(character: Character, expression: Expression): Record<string, string> {
  const face = character.faces[expression];
  if (!face) throw new Error(`${character.style.word} cannot look ${expression}`);
  return { ...character.parts, ...face };
}

function shows(colour: Colour, parts: Record<string, string>): boolean {
  if (!colour.when) return true;
  const value = parts[colour.when.part];
  if (value === undefined) return false;
  if (colour.when.values) return colour.when.values.includes(value);
  return !colour.when.except?.includes(value);
}

/** Everything visible, in a fixed order: style, expression, parts by name, colours as listed by the style. */
export function caption(character: Character, expression: Expression): Word[] {
  const { style } = character;
  const parts = partsWith(character, expression);
  return [
    { word: `style:${style.word}` },
    { word: `expression:${expression}` },
    ...Object.keys(parts)
      .sort()
      .map((option) => ({ word: `${style.word}.${option}:${parts[option]}` })),
    ...style.colours
      .filter((colour) => shows(colour, parts))
      .map((colour) => ({ word: colour.role, rgb: character.colours[colour.option] ?? '000000' })),
  ];
}

/** DiceBear options that draw exactly this character: one value an option, absent parts off. */
export function options(character: Character, expression: Expression): Record<string, unknown> {
  const { style } = character;
  const parts = partsWith(character, expression);
  const chosen: Record<string, unknown> = { ...style.fixed, backgroundColor: [] };
  const known = new Set([
    ...Object.keys(style.parts),
    ...Object.keys(style.optional ?? {}),
    ...Object.values(style.hair).flatMap((choices) => Object.keys(choices)),
    ...Object.values(style.expressions).flatMap((choices) => Object.keys(choices)),
  ]);
  for (const option of known) {
    const value = parts[option];
    chosen[`${option}Probability`] = value === undefined ? 0 : 100;
    if (value !== undefined) chosen[option] = [value];
  }
  for (const option of OFF) if (!known.has(option)) chosen[`${option}Probability`] = 0;
  for (const [option, rgb] of Object.entries(character.colours)) chosen[option] = [rgb];
  return chosen;
}

/** Parts that DiceBear would add by chance and that no style here uses unless it lists them. */
const OFF = ['gesture', 'bodyIcon', 'mask', 'accessories', 'clothingGraphic', 'hat', 'glasses', 'earrings'];

/** Every word of the trained styles, sorted: the base's vocabulary. */
export function vocabulary(): string[] {
  const words = new Set<string>();
  for (const style of STYLES.filter((each) => !each.heldOut)) {
    words.add(`style:${style.word}`);
    const all: Choices[] = [
      style.parts,
      ...Object.values(style.hair),
      ...Object.values(style.expressions),
      Object.fromEntries(Object.entries(style.optional ?? {}).map(([option, { values }]) => [option, values])),
    ];
    for (const choices of all) {
      for (const [option, values] of Object.entries(choices)) {
        for (const value of values) words.add(`${style.word}.${option}:${value}`);
      }
    }
    for (const expression of Object.keys(style.expressions)) words.add(`expression:${expression}`);
    for (const colour of style.colours) words.add(colour.role);
  }
  return [...words].sort();
}
