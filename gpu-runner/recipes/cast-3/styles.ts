// The styles of the world that the cast bases draw: for each DiceBear collection, which parts may appear,
// which values mean which expression or hair, and which colours are visible when.
// Pure data; world.ts draws characters from it, render.ts turns them into pictures.

export const EXPRESSIONS = ['neutral', 'smiling', 'laughing', 'sad', 'angry', 'surprised', 'silly'] as const;
export type Expression = (typeof EXPRESSIONS)[number];

export const HAIR_KINDS = ['bald', 'short', 'bob', 'long', 'bun', 'curly', 'spiky', 'covered'] as const;
export type HairKind = (typeof HAIR_KINDS)[number];

/** Values of a DiceBear option, per option name. An empty list means that the part is absent. */
export type Choices = Record<string, readonly string[]>;

export interface Colour {
  /** DiceBear option that takes the colour, e.g. `hairColor`. */
  option: string;
  /** Caption role, shared by all styles, e.g. `hair_colour`. */
  role: ColourRole;
  palette: keyof typeof PALETTES;
  /** The colour shows only when this part is present (and has one of these values, or none of `except`). */
  when?: { part: string; values?: readonly string[]; except?: readonly string[] };
}

export interface Style {
  /** DiceBear collection key. */
  collection: string;
  /** The word a prompt uses. */
  word: string;
  /** Kept out of the base's training: its characters are concepts to train. */
  heldOut?: boolean;
  /** Options passed as they are (framing). */
  fixed?: Record<string, number>;
  /** Parts always drawn, with the values they may take. */
  parts: Choices;
  /** Parts drawn with a probability. */
  optional?: Record<string, { probability: number; values: readonly string[] }>;
  expressions: Partial<Record<Expression, Choices>>;
  hair: Partial<Record<HairKind, Choices>>;
  colours: readonly Colour[];
}

export type ColourRole =
  | 'hair_colour'
  | 'skin'
  | 'clothes_colour'
  | 'hat_colour'
  | 'beard_colour'
  | 'glasses_colour'
  | 'body_colour';

/** RGB hex by English word; jitter is added around each when training scenes are drawn. */
export const PALETTES = {
  hair: {
    black: '1a1414',
    'dark brown': '3b2417',
    brown: '6b4226',
    auburn: '8e3b1f',
    red: 'b3261e',
    ginger: 'd9682b',
    blonde: 'e3bf6a',
    platinum: 'f0e6c8',
    grey: '9aa0a6',
    white: 'f2f2f2',
    pink: 'ee86b7',
    purple: '7d4bb5',
    blue: '3f7fd6',
    teal: '2a9d8f',
    green: '4caf50',
  },
  skin: {
    pale: 'ffe4cf',
    fair: 'f7cfae',
    light: 'edb98a',
    tan: 'd29a6a',
    olive: 'b9855a',
    brown: '96613d',
    'dark brown': '6f4429',
    dark: '4d2f1f',
  },
  clothes: {
    black: '262e33',
    grey: '8b959e',
    white: 'f4f4f4',
    red: 'd64545',
    orange: 'f08a3c',
    yellow: 'f5cf4f',
    green: '57a868',
    mint: '9fe0c0',
    teal: '2a9d8f',
    sky: '79c2f2',
    blue: '3f6fd8',
    navy: '24386b',
    purple: '7a56c2',
    pink: 'f29bb9',
    brown: '80583c',
  },
  robot: {
    amber: 'ffb300',
    blue: '1e88e5',
    steel: '546e7a',
    brown: '6d4c41',
    cyan: '00acc1',
    orange: 'f4511e',
    violet: '5e35b1',
    green: '43a047',
    grey: '757575',
    lime: 'a5c23a',
    magenta: 'd81b60',
    red: 'd23b33',
  },
  ink: { black: '000000' },
} as const;

const variants = (...numbers: number[]): string[] =>
  numbers.map((number) => `variant${String(number).padStart(2, '0')}`);
const numbered = (prefix: string, ...numbers: number[]): string[] =>
  numbers.map((number) => `${prefix}${String(number).padStart(2, '0')}`);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const adventurer: Style = {
  collection: 'adventurer',
  word: 'adventurer',
  parts: { eyes: variants(1, 2, 4, 5, 12, 15, 16, 18, 20, 21, 23, 24, 26), eyebrows: variants(...upTo(15)) },
  optional: {
    glasses: { probability: 0.2, values: variants(...upTo(5)) },
    earrings: { probability: 0.12, values: variants(...upTo(6)) },
    features: { probability: 0.2, values: ['mustache', 'blush', 'birthmark', 'freckles'] },
  },
  expressions: {
    neutral: { mouth: variants(4, 9, 19) },
    smiling: { mouth: variants(2, 5, 22, 23, 29) },
    laughing: { mouth: variants(1, 25, 26, 27, 28, 30) },
    sad: { mouth: variants(10, 14) },
    angry: { mouth: variants(7, 11) },
    surprised: { mouth: variants(3, 15, 18) },
    silly: { mouth: variants(12, 16) },
  },
  hair: {
    short: { hair: numbered('short', ...upTo(19)) },
    long: { hair: numbered('long', ...upTo(26)) },
    bald: { hair: [] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair', when: { part: 'hair' } },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
  ],
};

const AVATAAARS_HATS = ['hat', 'hijab', 'turban', 'winterHat1', 'winterHat02', 'winterHat03', 'winterHat04'];
const avataaars: Style = {
  collection: 'avataaars',
  word: 'avataaars',
  parts: {
    eyebrows: ['defaultNatural', 'flatNatural', 'raisedExcitedNatural', 'unibrowNatural', 'default', 'raisedExcited', 'upDown'],
    clothing: [
      'blazerAndShirt', 'blazerAndSweater', 'collarAndSweater', 'hoodie', 'overall',
      'shirtCrewNeck', 'shirtScoopNeck', 'shirtVNeck',
    ],
  },
  optional: {
    accessories: { probability: 0.22, values: ['kurt', 'prescription01', 'prescription02', 'round', 'sunglasses', 'wayfarers', 'eyepatch'] },
    facialHair: { probability: 0.2, values: ['beardLight', 'beardMajestic', 'beardMedium', 'moustacheFancy', 'moustacheMagnum'] },
  },
  expressions: {
    neutral: { mouth: ['serious'], eyes: ['default', 'side', 'squint'] },
    smiling: { mouth: ['smile', 'default', 'twinkle'], eyes: ['default', 'happy', 'side', 'wink', 'hearts'] },
    laughing: { mouth: ['smile'], eyes: ['closed', 'happy'] },
    sad: { mouth: ['sad', 'concerned'], eyes: ['default', 'cry'], eyebrows: ['sadConcerned', 'sadConcernedNatural'] },
    angry: { mouth: ['grimace', 'serious'], eyes: ['default', 'squint'], eyebrows: ['angry', 'angryNatural'] },
    surprised: { mouth: ['screamOpen', 'disbelief'], eyes: ['surprised'], eyebrows: ['raisedExcited', 'raisedExcitedNatural'] },
    silly: { mouth: ['tongue'], eyes: ['winkWacky', 'happy', 'default'] },
  },
  hair: {
    short: { top: ['shaggy', 'shortFlat', 'shortRound', 'shortWaved', 'sides', 'theCaesar', 'theCaesarAndSidePart', 'frizzle', 'dreads01'] },
    bob: { top: ['bob', 'miaWallace', 'longButNotTooLong', 'shaggyMullet'] },
    long: { top: ['straight01', 'straight02', 'straightAndStrand', 'curvy', 'dreads', 'bigHair', 'shavedSides'] },
    bun: { top: ['bun', 'frida'] },
    curly: { top: ['curly', 'fro', 'froBand', 'shortCurly', 'dreads02'] },
    covered: { top: AVATAAARS_HATS },
    bald: { top: [] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair', when: { part: 'top', except: AVATAAARS_HATS } },
    { option: 'hatColor', role: 'hat_colour', palette: 'clothes', when: { part: 'top', values: AVATAAARS_HATS } },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'clothesColor', role: 'clothes_colour', palette: 'clothes' },
    { option: 'facialHairColor', role: 'beard_colour', palette: 'hair', when: { part: 'facialHair' } },
    { option: 'accessoriesColor', role: 'glasses_colour', palette: 'clothes', when: { part: 'accessories', except: ['eyepatch'] } },
  ],
};

const bigSmile: Style = {
  collection: 'bigSmile',
  word: 'big-smile',
  parts: {},
  optional: {
    accessories: { probability: 0.3, values: ['catEars', 'glasses', 'sailormoonCrown', 'clownNose', 'sunglasses', 'mustache'] },
  },
  expressions: {
    neutral: { mouth: ['unimpressed'], eyes: ['normal', 'sleepy', 'confused'] },
    smiling: { mouth: ['gapSmile', 'teethSmile', 'awkwardSmile', 'braces', 'kawaii'], eyes: ['cheery', 'normal', 'winking'] },
    laughing: { mouth: ['openedSmile'], eyes: ['cheery', 'normal', 'starstruck'] },
    sad: { mouth: ['openSad'], eyes: ['sad', 'sleepy', 'normal'] },
    angry: { mouth: ['unimpressed', 'openSad'], eyes: ['angry'] },
  },
  hair: {
    short: { hair: ['shortHair', 'bowlCutHair'] },
    bob: { hair: ['wavyBob', 'bangs'] },
    long: { hair: ['straightHair', 'braids'] },
    bun: { hair: ['bunHair', 'froBun'] },
    curly: { hair: ['curlyBob', 'curlyShortHair'] },
    spiky: { hair: ['mohawk', 'halfShavedHead'] },
    bald: { hair: ['shavedHead'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
  ],
};

const lorelei: Style = {
  collection: 'lorelei',
  word: 'lorelei',
  parts: {
    head: variants(1, 2, 3, 4),
    eyes: variants(...upTo(24)),
    eyebrows: variants(...upTo(13)),
    nose: variants(...upTo(6)),
  },
  optional: {
    glasses: { probability: 0.2, values: variants(...upTo(5)) },
    beard: { probability: 0.1, values: variants(1, 2) },
    earrings: { probability: 0.12, values: variants(1, 2, 3) },
    freckles: { probability: 0.1, values: variants(1) },
    hairAccessories: { probability: 0.1, values: ['flowers'] },
  },
  expressions: {
    neutral: { mouth: ['happy14', 'happy17', 'happy18', 'sad05'] },
    smiling: { mouth: numbered('happy', 1, 2, 3, 4, 10, 13, 15) },
    laughing: { mouth: numbered('happy', 5, 6, 8, 16) },
    sad: { mouth: numbered('sad', 2, 3, 4, 7) },
    surprised: { mouth: ['sad01', 'happy11'] },
    silly: { mouth: ['happy07', 'happy09', 'sad08', 'happy12'] },
  },
  hair: {
    short: { hair: variants(1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 22, 43, 44, 47) },
    bob: { hair: variants(10, 13, 17, 18, 19, 20, 29, 32, 37) },
    long: { hair: variants(15, 16, 21, 23, 31, 33, 35, 40, 41, 42, 45) },
    bun: { hair: variants(14, 26, 30, 36, 38, 46, 48) },
    curly: { hair: variants(5, 24, 39) },
    spiky: { hair: variants(27) },
    bald: { hair: variants(25, 28, 34) },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
  ],
};

const notionists: Style = {
  collection: 'notionists',
  word: 'notionists',
  fixed: { scale: 125, translateY: 8 },
  parts: {
    brows: variants(...upTo(13)),
    eyes: variants(...upTo(5)),
    nose: variants(1, 3, 5, 7, 9, 11, 13, 15, 17, 19),
    body: variants(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25),
  },
  optional: {
    beard: { probability: 0.12, values: variants(...upTo(12)) },
    glasses: { probability: 0.25, values: variants(...upTo(11)) },
  },
  expressions: {
    neutral: { lips: variants(1, 4, 13, 20) },
    smiling: { lips: variants(3, 6, 17, 22, 23) },
    laughing: { lips: variants(8, 10, 14) },
    sad: { lips: variants(18, 19, 24) },
    surprised: { lips: variants(15, 25) },
    silly: { lips: variants(12) },
  },
  hair: {
    short: { hair: variants(1, 3, 6, 7, 15, 16, 18, 24, 26, 35, 38, 43, 44, 49, 55, 60) },
    bob: { hair: variants(2, 4, 11) },
    long: { hair: variants(8, 10, 23, 28, 36, 37, 39, 41, 58) },
    bun: { hair: variants(29, 45, 46, 47, 48, 57, 59) },
    curly: { hair: variants(5, 9, 12, 20, 22, 33) },
    spiky: { hair: variants(42, 50, 51, 53) },
    covered: { hair: ['hat', ...variants(14, 61, 62, 63)] },
  },
  colours: [],
};

const openPeeps: Style = {
  collection: 'openPeeps',
  word: 'open-peeps',
  parts: {},
  optional: {
    accessories: { probability: 0.25, values: ['eyepatch', 'glasses', 'glasses2', 'glasses3', 'glasses4', 'glasses5', 'sunglasses', 'sunglasses2'] },
    facialHair: { probability: 0.15, values: ['chin', 'full', 'full2', 'full4', 'goatee1', 'moustache1', 'moustache4', 'moustache8'] },
  },
  expressions: {
    neutral: { face: ['blank', 'serious', 'solemn', 'driven', 'eyesClosed'] },
    smiling: { face: ['smile', 'calm', 'cute', 'cheeky', 'lovingGrin1', 'lovingGrin2'] },
    laughing: { face: ['smileBig', 'smileLOL', 'smileTeethGap', 'eatingHappy'] },
    sad: { face: ['concerned', 'tired'] },
    angry: { face: ['angryWithFang', 'rage', 'veryAngry', 'contempt'] },
    surprised: { face: ['awe', 'fear', 'hectic', 'concernedFear'] },
  },
  hair: {
    short: { head: ['short1', 'short2', 'short3', 'short4', 'short5', 'pomp', 'shaved1', 'shaved2', 'grayShort', 'flatTop'] },
    bob: { head: ['medium1', 'medium2', 'mediumBangs', 'mediumBangs2', 'mediumStraight', 'bangs', 'bangs2', 'grayMedium'] },
    long: { head: ['long', 'longBangs', 'medium3', 'mediumBangs3', 'cornrows', 'cornrows2'] },
    bun: { head: ['bun', 'bun2', 'buns', 'grayBun', 'bantuKnots'] },
    curly: { head: ['afro', 'longAfro', 'longCurly', 'dreads1', 'dreads2', 'twists', 'twists2'] },
    spiky: { head: ['mohawk', 'mohawk2', 'flatTopLong', 'shaved3'] },
    covered: { head: ['hatBeanie', 'hatHip', 'hijab', 'turban'] },
    bald: { head: ['noHair1', 'noHair2', 'noHair3'] },
  },
  colours: [
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'clothingColor', role: 'clothes_colour', palette: 'clothes' },
    { option: 'headContrastColor', role: 'hair_colour', palette: 'hair' },
  ],
};

const toonHead: Style = {
  collection: 'toonHead',
  word: 'toon-head',
  parts: { clothes: ['turtleNeck', 'openJacket', 'dress', 'shirt', 'tShirt'], hair: ['sideComed', 'undercut', 'spiky', 'bun'] },
  optional: {
    beard: { probability: 0.22, values: ['moustacheTwirl', 'fullBeard', 'chin', 'chinMoustache', 'longBeard'] },
  },
  expressions: {
    neutral: { mouth: ['smile'], eyes: ['bow', 'wide'], eyebrows: ['neutral', 'sad'] },
    smiling: { mouth: ['smile'], eyes: ['happy', 'humble', 'wink'], eyebrows: ['happy', 'raised', 'neutral'] },
    laughing: { mouth: ['laugh'], eyes: ['happy', 'wide', 'bow'], eyebrows: ['happy', 'raised'] },
    sad: { mouth: ['sad'], eyes: ['bow', 'humble'], eyebrows: ['sad'] },
    angry: { mouth: ['angry'], eyes: ['wide', 'bow'], eyebrows: ['angry'] },
    surprised: { mouth: ['agape'], eyes: ['wide'], eyebrows: ['raised'] },
  },
  hair: {
    short: { rearHair: [] },
    bob: { rearHair: ['neckHigh', 'shoulderHigh'] },
    long: { rearHair: ['longStraight', 'longWavy'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'clothesColor', role: 'clothes_colour', palette: 'clothes' },
  ],
};

const miniavs: Style = {
  collection: 'miniavs',
  word: 'miniavs',
  parts: { head: ['normal', 'wide', 'thin'], body: ['tShirt', 'golf'], eyes: ['normal', 'confident', 'happy'] },
  optional: {
    glasses: { probability: 0.25, values: ['normal'] },
    mustache: { probability: 0.2, values: ['pencilThinBeard', 'pencilThin', 'horshoe', 'freddy'] },
    blushes: { probability: 0.4, values: ['default'] },
  },
  expressions: { smiling: { mouth: ['default'] }, laughing: { mouth: ['missingTooth'] } },
  hair: {
    short: { hair: ['classic01', 'classic02', 'stylish'] },
    long: { hair: ['long', 'ponyTail'] },
    curly: { hair: ['curly'] },
    spiky: { hair: ['slaughter', 'elvis'] },
    bald: { hair: ['balndess'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'bodyColor', role: 'clothes_colour', palette: 'clothes' },
  ],
};

const dylan: Style = {
  collection: 'dylan',
  word: 'dylan',
  parts: {},
  optional: { facialHair: { probability: 0.2, values: ['default'] } },
  expressions: {
    neutral: { mood: ['neutral'] },
    smiling: { mood: ['happy'] },
    laughing: { mood: ['superHappy'] },
    sad: { mood: ['sad'] },
    angry: { mood: ['angry'] },
    surprised: { mood: ['hopeful'] },
    silly: { mood: ['confused'] },
  },
  hair: {
    short: { hair: ['plain', 'parting', 'shaggy'] },
    bob: { hair: ['roundBob', 'bangs'] },
    long: { hair: ['wavy', 'longCurls'] },
    bun: { hair: ['buns'] },
    curly: { hair: ['shortCurls', 'fluffy'] },
    spiky: { hair: ['spiky', 'flatTop'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
  ],
};

const bottts: Style = {
  collection: 'bottts',
  word: 'robot',
  parts: {
    eyes: ['bulging', 'dizzy', 'eva', 'frame1', 'frame2', 'glow', 'happy', 'hearts', 'robocop', 'round', 'roundFrame01', 'sensor', 'shade01'],
    face: ['round01', 'round02', 'square01', 'square02', 'square03', 'square04'],
    sides: ['antenna01', 'antenna02', 'cables01', 'cables02', 'round', 'square', 'squareAssymetric'],
    top: ['antenna', 'antennaCrooked', 'bulb01', 'glowingBulb01', 'horns', 'lights', 'pyramid', 'radar'],
  },
  optional: { texture: { probability: 0.25, values: ['camo01', 'circuits', 'dirty01', 'dots'] } },
  expressions: {
    neutral: { mouth: ['grill01', 'grill02', 'square01', 'diagram'] },
    smiling: { mouth: ['smile01', 'smile02'] },
    angry: { mouth: ['bite'] },
  },
  hair: {},
  colours: [{ option: 'baseColor', role: 'body_colour', palette: 'robot' }],
};

const pixelArt: Style = {
  collection: 'pixelArt',
  word: 'pixel-art',
  parts: { eyes: variants(...upTo(12)), clothing: variants(...upTo(23)) },
  optional: {
    glasses: { probability: 0.2, values: numbered('dark', ...upTo(7)) },
    beard: { probability: 0.1, values: variants(...upTo(8)) },
    hat: { probability: 0.1, values: variants(...upTo(10)) },
  },
  expressions: { smiling: { mouth: numbered('happy', ...upTo(13)) }, sad: { mouth: numbered('sad', ...upTo(10)) } },
  hair: {
    short: { hair: numbered('short', ...upTo(24)) },
    long: { hair: numbered('long', ...upTo(21)) },
    bald: { hair: [] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair', when: { part: 'hair' } },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'clothingColor', role: 'clothes_colour', palette: 'clothes' },
    { option: 'hatColor', role: 'hat_colour', palette: 'clothes', when: { part: 'hat' } },
  ],
};

const micah: Style = {
  collection: 'micah',
  word: 'micah',
  heldOut: true,
  parts: {
    nose: ['curve', 'pointed', 'tound'],
    ears: ['attached', 'detached'],
    shirt: ['open', 'crew', 'collared'],
    eyebrows: ['up', 'down', 'eyelashesUp', 'eyelashesDown'],
    eyes: ['eyes', 'round', 'eyesShadow', 'smiling', 'smilingShadow'],
  },
  optional: {
    earrings: { probability: 0.25, values: ['hoop', 'stud'] },
    facialHair: { probability: 0.15, values: ['beard', 'scruff'] },
    glasses: { probability: 0.25, values: ['round', 'square'] },
  },
  expressions: {
    neutral: { mouth: ['pucker'] },
    smiling: { mouth: ['smile', 'smirk'] },
    laughing: { mouth: ['laughing'] },
    sad: { mouth: ['sad', 'frown'] },
    surprised: { mouth: ['surprised'] },
    angry: { mouth: ['nervous'] },
  },
  hair: {
    short: { hair: ['fonze', 'dougFunny', 'dannyPhantom'] },
    long: { hair: ['full'] },
    bob: { hair: ['pixie'] },
    spiky: { hair: ['mrT'] },
    covered: { hair: ['turban'] },
    bald: { hair: ['mrClean'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'baseColor', role: 'skin', palette: 'skin' },
    { option: 'shirtColor', role: 'clothes_colour', palette: 'clothes' },
    { option: 'glassesColor', role: 'glasses_colour', palette: 'clothes', when: { part: 'glasses' } },
  ],
};

const personas: Style = {
  collection: 'personas',
  word: 'personas',
  heldOut: true,
  parts: { nose: ['mediumRound', 'smallRound', 'wrinkles'], body: ['squared', 'rounded', 'small', 'checkered'] },
  optional: {
    facialHair: { probability: 0.2, values: ['beardMustache', 'walrus', 'goatee', 'shadow', 'soulPatch'] },
  },
  expressions: {
    neutral: { mouth: ['lips'], eyes: ['open', 'glasses', 'sunglasses'] },
    smiling: { mouth: ['smile', 'smirk'], eyes: ['open', 'glasses', 'sunglasses', 'happy'] },
    laughing: { mouth: ['bigSmile'], eyes: ['open', 'glasses', 'sunglasses', 'happy'] },
    sad: { mouth: ['frown'], eyes: ['open', 'glasses', 'sunglasses', 'sleep'] },
    surprised: { mouth: ['surprise'], eyes: ['open', 'glasses', 'sunglasses'] },
    silly: { mouth: ['pacifier'], eyes: ['open', 'glasses', 'sunglasses', 'wink'] },
  },
  hair: {
    short: { hair: ['shortCombover', 'shortComboverChops', 'buzzcut', 'fade', 'sideShave'] },
    bob: { hair: ['bobCut', 'bobBangs'] },
    long: { hair: ['long', 'extraLong', 'pigtails'] },
    bun: { hair: ['curlyBun', 'bunUndercut', 'straightBun'] },
    curly: { hair: ['curly', 'curlyHighTop'] },
    spiky: { hair: ['mohawk'] },
    covered: { hair: ['cap', 'beanie'] },
    bald: { hair: ['bald', 'balding'] },
  },
  colours: [
    { option: 'hairColor', role: 'hair_colour', palette: 'hair' },
    { option: 'skinColor', role: 'skin', palette: 'skin' },
    { option: 'clothingColor', role: 'clothes_colour', palette: 'clothes' },
  ],
};

export const STYLES: readonly Style[] = [
  adventurer, avataaars, bigSmile, lorelei, notionists, openPeeps, toonHead, miniavs, dylan, bottts, pixelArt, micah, personas,
];
