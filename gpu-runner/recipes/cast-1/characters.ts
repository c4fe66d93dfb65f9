// Characters that the base never saw, as folders of pictures to teach it: `characters.ts SEEDS_FOLDER DEMO_FOLDER`.
// Writes NAME/pictures/EXPRESSION.png (transparent, 256 px) with NAME/card.json for seeds, NAME/EXPRESSION.png with
// NAME/captions.json for the demo. The same renders are the truth that pictures of the concept are measured against.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Expression, STYLES } from './styles.ts';
import { draw } from './render.ts';
import { type Character, drawCharacter } from './world.ts';

interface Seed {
  name: string;
  title: string;
  description: string;
  style: string;
  seed: number;
  tags: string[];
}

const SEEDS: readonly Seed[] = [
  { name: 'noor', title: 'Noor', description: 'Long platinum hair, hoop earrings and a quiet look. Drawn in a style the base never saw.', style: 'micah', seed: 900003, tags: ['long-hair', 'earrings', 'line-art'] },
  { name: 'ivy', title: 'Ivy', description: 'Waves of green hair over a pink shirt. Drawn in a style the base never saw.', style: 'micah', seed: 900008, tags: ['long-hair', 'green-hair', 'line-art'] },
  { name: 'rosa', title: 'Rosa', description: 'Cropped red hair, big hoops, yellow collar. Drawn in a style the base never saw.', style: 'micah', seed: 900007, tags: ['red-hair', 'earrings', 'line-art'] },
  { name: 'milo', title: 'Milo', description: 'Purple hair and a black beard. Drawn in a style the base never saw.', style: 'micah', seed: 900011, tags: ['beard', 'purple-hair', 'line-art'] },
  { name: 'tilly', title: 'Tilly', description: 'Pigtails with pink ties and round glasses. Drawn in a style the base never saw.', style: 'personas', seed: 900005, tags: ['glasses', 'pigtails', 'flat'] },
  { name: 'vera', title: 'Vera', description: 'A long sweep of red hair and an eyebrow that never rests.', style: 'adventurer', seed: 900006, tags: ['red-hair', 'long-hair', 'cartoon'] },
  { name: 'azul', title: 'Azul', description: 'Blue hair down to the shoulders and wide eyes.', style: 'adventurer', seed: 900012, tags: ['blue-hair', 'long-hair', 'cartoon'] },
  { name: 'fleur', title: 'Fleur', description: 'Black hair, glasses, and flowers behind the ear.', style: 'lorelei', seed: 900001, tags: ['glasses', 'flowers', 'line-art'] },
  { name: 'paco', title: 'Paco', description: 'Never without the red hat.', style: 'avataaars', seed: 900005, tags: ['hat', 'flat'] },
  { name: 'hana', title: 'Hana', description: 'A high bun in a navy scarf, and glasses.', style: 'open-peeps', seed: 900007, tags: ['bun', 'glasses', 'ink'] },
  { name: 'marin', title: 'Marin', description: 'Teal hair swept to one side.', style: 'toon-head', seed: 900006, tags: ['teal-hair', 'flat'] },
  { name: 'zuri', title: 'Zuri', description: 'Orange braids and a broad smile.', style: 'big-smile', seed: 900003, tags: ['braids', 'cartoon'] },
];

const DEMO: readonly Seed[] = [
  { name: 'june', title: 'June', description: 'A cloud of grey curls and dark glasses.', style: 'personas', seed: 900013, tags: ['curly', 'glasses'] },
  { name: 'otto', title: 'Otto', description: 'A black hat and a blue sweater.', style: 'open-peeps', seed: 900003, tags: ['hat', 'ink'] },
];

/** Credits as the styles' authors ask for them; texts of the licences are in each DiceBear package. */
const CREDITS: Record<string, { spdx: string; credits: string }> = {
  micah: { spdx: 'CC-BY-4.0', credits: 'Based on "Avatar Illustration System" by Micah Lanier, via DiceBear' },
  personas: { spdx: 'CC-BY-4.0', credits: 'Based on "Personas by Draftbit" by Draftbit, via DiceBear' },
  adventurer: { spdx: 'CC-BY-4.0', credits: 'Based on "Adventurer" by Lisa Wischofsky, via DiceBear' },
  lorelei: { spdx: 'CC0-1.0', credits: 'Based on "Lorelei" by Lisa Wischofsky, via DiceBear' },
  avataaars: { spdx: 'LicenseRef-avataaars', credits: 'Based on "Avataaars" by Pablo Stanley, free for personal and commercial use, via DiceBear' },
  'open-peeps': { spdx: 'CC0-1.0', credits: 'Based on "Open Peeps" by Pablo Stanley, via DiceBear' },
  'toon-head': { spdx: 'CC-BY-4.0', credits: 'Based on "Toon Head" by Johan Melin, via DiceBear' },
  'big-smile': { spdx: 'CC-BY-4.0', credits: 'Based on "Custom Avatar" by Ashley Seymour, via DiceBear' },
};

/** The expressions of a character with distinct faces, at least one each. */
function expressionsOf(character: Character): Expression[] {
  return Object.keys(character.faces) as Expression[];
}

function characterOf(seed: Seed): Character {
  const style = STYLES.find((each) => each.word === seed.style);
  if (!style) throw new Error(`no style ${seed.style}`);
  return drawCharacter(style, seed.seed, 0);
}

function writePictures(seed: Seed, folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const character = characterOf(seed);
  const captions: Record<string, string> = {};
  for (const expression of expressionsOf(character)) {
    writeFileSync(join(folder, `${expression}.png`), draw(character, expression, 256).asPng());
    captions[`${expression}.png`] = expression;
  }
  return captions;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

function main(): void {
  const [seedsFolder, demoFolder] = process.argv.slice(2);
  if (!seedsFolder || !demoFolder) throw new Error('usage: characters.ts SEEDS_FOLDER DEMO_FOLDER');
  for (const seed of SEEDS) {
    const folder = join(seedsFolder, seed.name);
    const captions = writePictures(seed, join(folder, 'pictures'));
    const { spdx, credits } = CREDITS[seed.style] ?? { spdx: 'NOASSERTION', credits: '' };
    writeJson(join(folder, 'card.json'), {
      name: seed.name,
      title: seed.title,
      description: seed.description,
      base: 'cast-1',
      concept: seed.name,
      class_word: 'person',
      trigger: `<${seed.name}>`,
      strength: 1,
      tags: [seed.style, ...seed.tags],
      licence: { spdx, credit: spdx !== 'CC0-1.0', commercial_use: true, derivatives: true, different_licence: true },
      credits,
      captions,
      sample_prompts: [
        `<${seed.name}> smiling, sky background`,
        `<${seed.name}> laughing, lemon dotted background`,
        `<${seed.name}> sad, lavender gradient background`,
        `<${seed.name}>, mint hills background`,
      ],
    });
  }
  for (const seed of DEMO) {
    const folder = join(demoFolder, seed.name);
    writeJson(join(folder, 'captions.json'), writePictures(seed, folder));
  }
}

if (import.meta.main) main();
