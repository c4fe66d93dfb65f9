// Renders the characters of the evaluation: `characters.ts OUT CONCEPTS PEOPLE`. OUT/concepts/NAME/EXPRESSION.png (256 px, transparent):
// characters to train, two of every nine in styles the base never saw. OUT/people.rgba (64 px, premultiplied) and OUT/people.jsonl: other
// characters, to make the metrics from.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as collection from '@dicebear/collection';
import { createAvatar, type Style as DiceBearStyle } from '@dicebear/core';
import { Resvg } from '@resvg/resvg-js';
import { rasterise } from '../cast-3/render.ts';
import { type Expression, STYLES, type Style } from '../cast-3/styles.ts';
import { type Character, drawCharacter, generator, options, partsWith } from '../cast-3/world.ts';

const CELL = 64;
const FIRST_CONCEPT_SEED = 800001; // the seeded catalog takes 900001 and up
const PEOPLE_SEED = 7;
const EXPRESSIONS_PER_PERSON = 4;
/** Styles with five expressions or more, the two that the base never saw among the first. */
const CONCEPT_STYLES = ['micah', 'adventurer', 'avataaars', 'personas', 'open-peeps', 'lorelei', 'toon-head', 'dylan', 'big-smile'];

function styleOf(word: string): Style {
  const style = STYLES.find((each) => each.word === word);
  if (!style) throw new Error(`no style ${word}`);
  return style;
}

/** RGBA at twice the size, averaged down: edges as in the base's own training pictures. */
function halved(large: Buffer): Buffer {
  const small = Buffer.alloc(CELL * CELL * 4);
  for (let y = 0; y < CELL; y++) {
    for (let x = 0; x < CELL; x++) {
      for (let channel = 0; channel < 4; channel++) {
        const at = (row: number, column: number): number => large[((2 * y + row) * 2 * CELL + 2 * x + column) * 4 + channel] ?? 0;
        small[(y * CELL + x) * 4 + channel] = Math.round((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4);
      }
    }
  }
  return small;
}

function wearsGlasses(character: Character, expression: Expression): boolean {
  const parts = partsWith(character, expression);
  if (parts.glasses) return true;
  // personas draws glasses as eyes; other styles have accessories
  const value = parts.accessories ?? (character.style.word === 'personas' ? parts.eyes : undefined) ?? '';
  return /glasses|kurt|prescription|^round$|wayfarers/.test(value);
}

function writeConcepts(folder: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const word = CONCEPT_STYLES[index % CONCEPT_STYLES.length] ?? 'micah';
    const character = drawCharacter(styleOf(word), FIRST_CONCEPT_SEED + index, 0);
    const into = join(folder, `${String(index).padStart(2, '0')}-${word}`);
    mkdirSync(into, { recursive: true });
    const style = (collection as unknown as Record<string, DiceBearStyle<Record<string, unknown>>>)[character.style.collection];
    if (!style) throw new Error(`DiceBear has no collection ${character.style.collection}`);
    for (const expression of Object.keys(character.faces) as Expression[]) {
      const svg = createAvatar(style, { seed: 'fixed', size: 256, ...options(character, expression) }).toString();
      writeFileSync(join(into, `${expression}.png`), new Resvg(svg, { fitTo: { mode: 'width', value: 256 } }).render().asPng());
    }
  }
}

function writePeople(folder: string, count: number): void {
  const random = generator(PEOPLE_SEED);
  const sprites = openSync(join(folder, 'people.rgba'), 'w');
  const lines: string[] = [];
  for (let person = 0; person < count; person++) {
    const style = STYLES[person % STYLES.length];
    if (!style) throw new Error('no style to draw');
    const character = drawCharacter(style, Math.floor(random() * 2 ** 32));
    const able = (Object.keys(character.faces) as Expression[])
      .map((expression) => ({ expression, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, EXPRESSIONS_PER_PERSON);
    for (const { expression } of able) {
      writeSync(sprites, halved(rasterise(character, expression, 2 * CELL)));
      lines.push(JSON.stringify({ person, style: style.word, expression, glasses: wearsGlasses(character, expression) }));
    }
  }
  closeSync(sprites);
  writeFileSync(join(folder, 'people.jsonl'), `${lines.join('\n')}\n`);
}

function main(): void {
  const [out, concepts, people] = process.argv.slice(2);
  if (!out || !concepts || !people) throw new Error('usage: characters.ts OUT CONCEPTS PEOPLE');
  mkdirSync(out, { recursive: true });
  writeConcepts(join(out, 'concepts'), Number(concepts));
  writePeople(out, Number(people));
}

if (import.meta.main) main();
