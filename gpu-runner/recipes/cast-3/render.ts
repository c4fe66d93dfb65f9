// Renders characters as transparent sprites for training: `render.ts OUT COUNT SEED [SIZE] [--held-out]`. Writes OUT/sprites.rgba (COUNT x SIZE
// x SIZE x 4 bytes, premultiplied alpha), OUT/captions.jsonl (a line a sprite) and OUT/world.json (vocabulary, styles and palettes, which the
// Python side needs).
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as collection from '@dicebear/collection';
import { createAvatar, type Style as DiceBearStyle } from '@dicebear/core';
import { type RenderedImage, Resvg } from '@resvg/resvg-js';
import { type Expression, PALETTES, STYLES } from './styles.ts';
import { caption, type Character, drawCharacter, generator, options, vocabulary } from './world.ts';

type Collection = Record<string, DiceBearStyle<Record<string, unknown>>>;

/** The picture of a character, SIZE x SIZE. */
export function draw(character: Character, expression: Expression, size: number): RenderedImage {
  const style = (collection as unknown as Collection)[character.style.collection];
  if (!style) throw new Error(`DiceBear has no collection ${character.style.collection}`);
  const svg = lighterFace(createAvatar(style, { seed: 'fixed', size, ...options(character, expression) }).toString());
  const image = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render();
  if (image.width !== size || image.height !== size) throw new Error(`expected ${size} px, got ${image.width} x ${image.height}`);
  return image;
}

/**
 * `personas` lightens the face with white in the blend mode `overlay`, which has no effect inside a masked group: brown skin turns
 * grey. Here the face has a lighter tone of its skin: dark skin is scaled, light skin mixed with white.
 */
function lighterFace(svg: string): string {
  const [, skin] = /<path [^>]*fill="#([0-9a-f]{6})"\/><mask id="[^"]*personas-a/i.exec(svg) ?? [];
  if (!skin) return svg;
  return svg.replace(/fill="#fff" style="mix-blend-mode:overlay" opacity="([.\d]+)"/, (_, opacity: string) => {
    const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(skin.slice(at, at + 2), 16));
    const light = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    const scale = 1 + Number(opacity) * (1 - light);
    const white = Number(opacity) * light;
    const face = [red, green, blue].map((value) => {
      const scaled = Math.min(255, value * scale);
      return Math.round(scaled + white * (255 - scaled));
    });
    return `fill="rgb(${face.join(',')})"`;
  });
}

/** Its RGBA bytes with premultiplied alpha, as resvg leaves them. `.pixels` copies the buffer: read it once. */
export function rasterise(character: Character, expression: Expression, size: number): Buffer {
  return Buffer.from(draw(character, expression, size).pixels);
}

function main(): void {
  const [out, countText, seedText, sizeText] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  if (!out || !countText || !seedText) throw new Error('usage: render.ts OUT COUNT SEED [SIZE] [--held-out]');
  const heldOut = process.argv.includes('--held-out');
  const size = Number(sizeText ?? 128);
  const random = generator(Number(seedText));
  mkdirSync(out, { recursive: true });
  const styles = STYLES.filter((style) => Boolean(style.heldOut) === heldOut);
  const sprites = openSync(join(out, 'sprites.rgba'), 'w');
  const lines: string[] = [];
  for (let index = 0; index < Number(countText); index++) {
    const style = styles[index % styles.length];
    if (!style) throw new Error('no style to draw');
    const seed = Math.floor(random() * 2 ** 32);
    const character = drawCharacter(style, seed);
    const able = Object.keys(character.faces) as Expression[];
    const expression = able[Math.floor(random() * able.length)];
    if (!expression) throw new Error(`${style.word} makes no expression`);
    writeSync(sprites, rasterise(character, expression, size));
    lines.push(JSON.stringify({ style: style.word, seed, expression, hair: character.hairKind, caption: caption(character, expression) }));
    if (index % 1000 === 999) console.log(`${index + 1} sprites`);
  }
  closeSync(sprites);
  writeFileSync(join(out, 'captions.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(out, 'world.json'), `${JSON.stringify({ size, vocabulary: vocabulary(), palettes: PALETTES, styles: STYLES })}\n`);
}

if (import.meta.main) main();
