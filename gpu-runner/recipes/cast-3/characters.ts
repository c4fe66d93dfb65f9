// Characters that are not in the base's training data, as folders of pictures to train them as concepts: `characters.ts SEEDS_FOLDER
// DEMO_FOLDER`. Writes NAME/pictures/EXPRESSION.png (transparent, 256 px) with NAME/card.json for seeds, NAME/EXPRESSION.png with
// NAME/captions.json for the demo. The same renders are the truth that pictures of the concept are measured against.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPRESSIONS, type Expression, STYLES } from './styles.ts';
import { draw } from './render.ts';
import { type Character, drawCharacter } from './world.ts';

interface Seed {
  name: string;
  /** Handle of the account that publishes it, where that is not the product's own. */
  owner?: string;
  title: string;
  description: string;
  style: string;
  seed: number;
  tags: string[];
  /** The ordinary word for its kind, where that is not `person`. */
  classWord?: string;
  /** Faces other than those that its style gives: option -> value. */
  faces?: Character['faces'];
  /** The expression of the first sample, where the usual one does not stand out: Gerda's smile is white on her white beard. */
  first?: Expression;
}

/**
 * Faces of the expressions that a style of the world does not make, by word of the style. A concept is trained on every expression that a
 * prompt can ask for: the base cannot guess one that it never saw in a style that it never saw.
 */
const FACES: Record<string, Character['faces']> = {
  micah: { smiling: { mouth: 'smile' }, silly: { mouth: 'smirk', eyes: 'smiling' } },
  personas: { sad: { mouth: 'frown', eyes: 'sleep' }, angry: { mouth: 'frown', eyes: 'open' } },
  lorelei: { angry: { mouth: 'sad06', eyebrows: 'variant08' } },
  'open-peeps': { silly: { face: 'eatingHappy' } },
  'toon-head': { silly: { mouth: 'laugh', eyes: 'wink', eyebrows: 'raised' } },
  'big-smile': { surprised: { mouth: 'openSad', eyes: 'starstruck' }, silly: { mouth: 'kawaii', eyes: 'winking' } },
  notionists: { angry: { lips: 'variant07' } },
  robot: {
    laughing: { mouth: 'smile02', eyes: 'happy' },
    sad: { mouth: 'square02', eyes: 'shade01' },
    surprised: { mouth: 'grill03', eyes: 'bulging' },
    silly: { mouth: 'diagram', eyes: 'dizzy' },
  },
};

const SEEDS: readonly Seed[] = [
  { name: 'noor', title: 'Noor', description: 'Long platinum hair, hoop earrings and a quiet look. Drawn in a style the base never saw.', style: 'micah', seed: 900003, tags: ['long-hair', 'earrings', 'line-art'] },
  { name: 'ivy', title: 'Ivy', description: 'Waves of green hair over a pink shirt. Drawn in a style the base never saw.', style: 'micah', seed: 900008, tags: ['long-hair', 'green-hair', 'line-art'] },
  { name: 'rosa', title: 'Rosa', description: 'Cropped red hair, big hoops, yellow collar. Drawn in a style the base never saw.', style: 'micah', seed: 900007, tags: ['red-hair', 'earrings', 'line-art'] },
  { name: 'milo', title: 'Milo', description: 'Purple hair and a black beard. Drawn in a style the base never saw.', style: 'micah', seed: 900011, tags: ['beard', 'purple-hair', 'line-art'] },
  { name: 'tilly', owner: 'flat-studio', title: 'Tilly', description: 'Pigtails with pink ties, and glasses for some occasions. Drawn in a style the base never saw.', style: 'personas', seed: 900005, tags: ['pigtails', 'flat'] },
  { name: 'vera', owner: 'toon-studio', title: 'Vera', description: 'A long sweep of red hair and an eyebrow that never rests.', style: 'adventurer', seed: 900006, tags: ['red-hair', 'long-hair', 'cartoon'] },
  { name: 'azul', owner: 'toon-studio', title: 'Azul', description: 'Blue hair down to the shoulders and wide eyes.', style: 'adventurer', seed: 900012, tags: ['blue-hair', 'long-hair', 'cartoon'] },
  { name: 'fleur', owner: 'ink-room', title: 'Fleur', description: 'Black hair, glasses, and flowers behind the ear.', style: 'lorelei', seed: 900001, tags: ['glasses', 'flowers', 'line-art'] },
  { name: 'paco', title: 'Paco', description: 'Never without the red hat.', style: 'avataaars', seed: 900005, tags: ['hat', 'flat'] },
  { name: 'hana', title: 'Hana', description: 'A high bun in a navy scarf, and glasses.', style: 'open-peeps', seed: 900007, tags: ['bun', 'glasses', 'ink'] },
  { name: 'marin', owner: 'flat-studio', title: 'Marin', description: 'Teal hair swept to one side.', style: 'toon-head', seed: 900006, tags: ['teal-hair', 'flat'] },
  { name: 'zuri', owner: 'toon-studio', title: 'Zuri', description: 'Orange braids and a broad smile.', style: 'big-smile', seed: 900003, tags: ['braids', 'cartoon'] },
  { name: 'kofi', title: 'Kofi', description: 'A blue mohawk over a yellow shirt, and eyebrows at ease. Drawn in a style the base never saw.', style: 'micah', seed: 900735, tags: ['mohawk', 'blue-hair', 'line-art'] },
  { name: 'dalia', title: 'Dalia', description: 'A pink bob over a teal jumper, and one white hoop. Drawn in a style the base never saw.', style: 'micah', seed: 900114, tags: ['bob', 'pink-hair', 'earrings', 'line-art'] },
  { name: 'basil', title: 'Basil', description: 'A polished head and round blue glasses. Drawn in a style the base never saw.', style: 'micah', seed: 900043, tags: ['bald', 'glasses', 'line-art'] },
  { name: 'odette', title: 'Odette', description: 'Blue curls held up by a pink band, dark square glasses, blue checks. Drawn in a style the base never saw.', style: 'personas', seed: 927795, tags: ['curly', 'blue-hair', 'glasses', 'flat'], faces: { sad: { mouth: 'frown', eyes: 'glasses' }, angry: { mouth: 'frown', eyes: 'sunglasses' } } },
  { name: 'teo', owner: 'flat-studio', title: 'Teo', description: 'A thundercloud of brown curls and a goatee drawn with a ruler. Drawn in a style the base never saw.', style: 'personas', seed: 904211, tags: ['curly', 'beard', 'flat'] },
  { name: 'finn', owner: 'flat-studio', title: 'Finn', description: 'All the hair is in one red knot on top. Drawn in a style the base never saw.', style: 'personas', seed: 900770, tags: ['bun', 'red-hair', 'flat'] },
  { name: 'pia', owner: 'toon-studio', title: 'Pia', description: 'Orange curls that take up more room than the face.', style: 'dylan', seed: 900067, tags: ['curly', 'ginger-hair', 'flat'] },
  { name: 'esme', owner: 'ink-room', title: 'Esme', description: 'Two round buns and dark glasses, all in black and white.', style: 'notionists', seed: 900046, tags: ['buns', 'glasses', 'ink'] },
  { name: 'gerda', owner: 'toon-studio', title: 'Gerda', description: 'White curls, gold-rimmed glasses and a great many teeth.', style: 'big-smile', seed: 900050, first: 'laughing', tags: ['curly', 'white-hair', 'glasses', 'cartoon'] },
  { name: 'lotte', owner: 'flat-studio', title: 'Lotte', description: 'Blonde spikes in front, long hair behind, a red jacket.', style: 'toon-head', seed: 900032, tags: ['spiky', 'blonde-hair', 'flat'] },
  { name: 'fritz', owner: 'ink-room', title: 'Fritz', description: 'A grey beard as curly as the hair, and a sideways glance.', style: 'lorelei', seed: 900168, tags: ['beard', 'grey-hair', 'line-art'] },
  { name: 'samira', owner: 'ink-room', title: 'Samira', description: 'A black hijab with a red band, and a red shirt to match.', style: 'open-peeps', seed: 901993, tags: ['hijab', 'ink'] },
  { name: 'niko', owner: 'flat-studio', title: 'Niko', description: 'A teal winter hat with cat ears, worn with a purple hoodie.', style: 'avataaars', seed: 901257, tags: ['hat', 'hoodie', 'flat'] },
  {
    name: 'bertie', title: 'Bertie', description: 'A round red robot with googly eyes and a lamp on the antenna.', style: 'robot', seed: 900776, tags: ['antenna', 'flat'],
    classWord: 'robot',
  },
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
  'big-smile': { spdx: 'CC-BY-4.0', credits: 'Based on "Custom Avatar" by Ashley Seo, via DiceBear' },
  dylan: { spdx: 'CC-BY-4.0', credits: 'Based on "Dylan! The Avatar Generator" by Natalia Spivak, via DiceBear' },
  notionists: { spdx: 'CC0-1.0', credits: 'Based on "Notionists" by Zoish, via DiceBear' },
  robot: { spdx: 'LicenseRef-bottts', credits: 'Based on "Bottts" by Pablo Stanley, free for personal and commercial use, via DiceBear' },
};

/** A sample shows these expressions, the first three that a character has, and then none. */
const SAMPLED: readonly Expression[] = ['smiling', 'laughing', 'sad', 'angry', 'surprised', 'silly'];
const SAMPLES = 4;
/** Each seed begins with the next one, so that a page of first samples is not all of one colour. */
const SAMPLE_BACKGROUNDS = ['sky', 'lemon dotted', 'lavender gradient', 'mint hills', 'peach', 'pink striped', 'mint', 'sky hills'];

/** The expressions of a character with distinct faces, at least one each. */
function expressionsOf(character: Character): Expression[] {
  return Object.keys(character.faces) as Expression[];
}

function characterOf(seed: Seed): Character {
  const style = STYLES.find((each) => each.word === seed.style);
  if (!style) throw new Error(`no style ${seed.style}`);
  const character = drawCharacter(style, seed.seed, 0);
  const faces = { ...character.faces, ...FACES[seed.style], ...seed.faces };
  for (const expression of EXPRESSIONS) if (!faces[expression]) throw new Error(`${seed.name} has no face for ${expression}`);
  return { ...character, faces };
}

function samplePrompts({ name, first }: Seed, expressions: readonly string[], background: number): string[] {
  const shown = SAMPLED.filter((expression) => expressions.includes(expression)).slice(0, SAMPLES - 1);
  const prompts = Array.from({ length: SAMPLES }, (_, index) => {
    const look = shown[index] ? ` ${shown[index]}` : '';
    return `<${name}>${look}, ${SAMPLE_BACKGROUNDS[(background + index) % SAMPLE_BACKGROUNDS.length]} background`;
  });
  const at = first ? shown.indexOf(first) : 0;
  return [prompts[at]!, ...prompts.filter((_, index) => index !== at)];
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
  for (const [index, seed] of SEEDS.entries()) {
    const folder = join(seedsFolder, seed.name);
    const captions = writePictures(seed, join(folder, 'pictures'));
    const { spdx, credits } = CREDITS[seed.style] ?? { spdx: 'NOASSERTION', credits: '' };
    writeJson(join(folder, 'card.json'), {
      name: seed.name,
      ...(seed.owner ? { owner: seed.owner } : {}),
      title: seed.title,
      description: seed.description,
      base: 'cast-3',
      concept: seed.name,
      class_word: seed.classWord ?? 'person',
      trigger: `<${seed.name}>`,
      strength: 1,
      tags: [seed.style, ...seed.tags],
      licence: { spdx, credit: spdx !== 'CC0-1.0', commercial_use: true, derivatives: true, different_licence: true },
      credits,
      captions,
      sample_prompts: samplePrompts(seed, Object.values(captions), index),
    });
  }
  for (const seed of DEMO) {
    const folder = join(demoFolder, seed.name);
    writeJson(join(folder, 'captions.json'), writePictures(seed, folder));
  }
}

if (import.meta.main) main();
