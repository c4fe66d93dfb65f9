// Fills the catalog from gpu-runner/seeds through the public API, as any publisher would. Idempotent by the file's SHA-256.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { ApiError, type Orthoplex, type Schema } from "../../schema/client/index.ts";
import { SEEDS } from "./paths.ts";
import { withRecipe } from "./png-recipe.ts";

const PREVIEWS_MAX = 4;

/** The content of gpu-runner/seeds/<name>/card.json; adapter.safetensors and pictures/ are beside it. */
type Card = {
  name: string;
  /** Handle of the account that publishes it; by default the product's own. */
  owner?: string;
  title: string;
  description: string;
  base?: string;
  concept: string;
  class_word: string;
  tags: string[];
  licence: Schema<"Licence">;
  credits: string;
  trigger: string;
  strength: number;
  /** Of samples/, in their order. */
  sample_prompts?: string[];
};

export type Publisher = { api: Orthoplex; handle: string };
/** The first one publishes what names no owner, or one that is not among them. */
export type Publishers = readonly [Publisher, ...Publisher[]];

/**
 * Publishes what the catalog lacks. A seed that is refused is skipped, with the reason: someone may have taken its slot
 * before a newer version of the product added it. Returns what was skipped, and why; `onEach` is called with the place of each.
 */
export async function seedCatalog(
  publishers: Publishers,
  onEach: (done: number, all: number) => void = () => {},
): Promise<string[]> {
  const leftOut: string[] = [];
  const names = seedNames();
  for (const [i, name] of names.entries()) {
    onEach(i + 1, names.length);
    try {
      const reason = await publishSeed(publishers, join(SEEDS, name));
      if (reason !== "published" && reason !== "present") leftOut.push(`${name}: ${reason}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      leftOut.push(`${name}: ${error.message}`);
    }
  }
  return leftOut;
}

export function seedNames(): string[] {
  if (!existsSync(SEEDS)) return [];
  return readdirSync(SEEDS)
    .filter((name) => existsSync(join(SEEDS, name, "adapter.safetensors")))
    .sort();
}

/** "published", "present" as it is, or why it is left out. */
async function publishSeed(publishers: Publishers, folder: string): Promise<string> {
  const card = cardIn(folder);
  const { api, handle } = publisherOf(publishers, card);
  const file = readFileSync(join(folder, "adapter.safetensors"));
  const params = { path: { owner: handle, name: card.name } };
  const existing = await api.find("/v1/adapters/{owner}/{name}", { params });
  const sha256 = createHash("sha256").update(file).digest("hex");
  if (existing?.latest_version?.state === "published" && existing.latest_version.sha256 === sha256)
    return "present";

  const base = card.base ?? EMBEDDED_BASE.id;
  if (existing && existing.base !== base) {
    return `the one in this catalog is for ${existing.base}, this one for ${base}. npm run x -- reset empties the catalog.`;
  }
  if (!existing) {
    const { name, title, description, concept, class_word, tags, licence, credits } = card;
    const body = { name, title, description, base, concept, class_word, tags, licence, credits };
    await api.post("/v1/adapters", { body });
  }
  if (existing?.slot == null) {
    await api.post("/v1/adapters/{owner}/{name}/slot", { params, body: { slot: slotIn(file) } });
  }
  const version = await api.post("/v1/adapters/{owner}/{name}/versions", {
    params,
    body: {
      upload_id: await api.upload("adapter", file, `${card.name}.safetensors`),
      previews: await uploadPreviews(api, folder, { ...card, owner: handle }),
      strength: card.strength,
      trigger: card.trigger,
      changelog: existing ? "Trained again." : "First version.",
    },
  });
  await api.post("/v1/versions/{version}/publish", { params: { path: { version: version.id } } });
  return "published";
}

const cardIn = (folder: string) => JSON.parse(readFileSync(join(folder, "card.json"), "utf8")) as Card;

const publisherOf = (publishers: Publishers, { owner }: { owner?: string }): Publisher =>
  publishers.find(({ handle }) => handle === owner) ?? publishers[0];

/** How cast_training/seeds.py draws samples: the first fields of TrainSpec, and the base's size and guidance. */
const SAMPLED = { seed: 0, steps: 24, guidance: 1, size: "256x256" } as const;

/** Samples generated with the adapter where the seed has some, with their recipes inside; else its training pictures. */
async function uploadPreviews(api: Orthoplex, folder: string, card: Card): Promise<string[]> {
  const from = ["samples", "pictures"].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (!from) return [];
  const files = readdirSync(from)
    .filter((name) => name.endsWith(".png"))
    .sort()
    .slice(0, PREVIEWS_MAX);
  const { base = EMBEDDED_BASE.id, owner, name: adapter, strength, sample_prompts: prompts = [] } = card;
  return Promise.all(
    files.map((name, i) => {
      const file = readFileSync(join(from, name));
      const prompt = from.endsWith("samples") ? prompts[i] : undefined;
      const adapters = [{ ref: `${owner}/${adapter}`, strength, region: null }];
      const recipe = { format: "orthoplex.recipe/1", base, prompt, ...SAMPLED, adapters };
      return api.upload("preview", prompt === undefined ? file : withRecipe(file, recipe), name);
    }),
  );
}

type Cast = { name: string; owner?: string; title: string; description: string; members: string[] };
/** `seed` is that of the cover. */
type Casts = { mixes: (Cast & { prompt: string; seed: number })[]; collections: Cast[] };

const casts = () => JSON.parse(readFileSync(join(SEEDS, "casts.json"), "utf8")) as Casts;

/** Publishes the mixes and collections of gpu-runner/seeds/casts.json that do not exist yet, and mixes anew whose adapters have newer versions. Returns what was skipped, and why. */
export async function seedCasts(publishers: Publishers): Promise<string[]> {
  const ownerOf = (name: string) => publisherOf(publishers, cardIn(join(SEEDS, name))).handle;
  const { mixes, collections } = casts();
  const leftOut: string[] = [];
  const attempt = async (what: string, publish: () => Promise<unknown>) => {
    try {
      await publish();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      leftOut.push(`${what}: ${error.message}`);
    }
  };
  for (const mix of mixes) {
    const { api, handle } = publisherOf(publishers, mix);
    await attempt(`mixes ${mix.name}`, async () => {
      const params = { path: { owner: handle, name: mix.name } };
      const published = await api.find("/v1/mixes/{owner}/{name}", { params });
      const isOld = published && namesOldVersions(published, await newestOf(api, ownerOf, mix.members));
      if (!published || isOld) await publishMix(api, ownerOf, mix);
    });
  }
  for (const collection of collections) {
    const { api, handle } = publisherOf(publishers, collection);
    await attempt(`collections ${collection.name}`, async () => {
      const params = { path: { owner: handle, name: collection.name } };
      const published = await api.find("/v1/collections/{owner}/{name}", { params });
      if (!published) await publishCollection(api, handle, ownerOf, collection);
    });
  }
  return leftOut;
}

/** Mixes of casts.json without a picture of their own yet: who owns them, and what to generate for them. */
export async function mixesToCover(publishers: Publishers) {
  const wanted = casts().mixes.map(async (mix) => {
    const { api, handle } = publisherOf(publishers, mix);
    const params = { path: { owner: handle, name: mix.name } };
    const published = await api.find("/v1/mixes/{owner}/{name}", { params });
    // Where no cover was chosen, the API shows the first member's preview.
    const isOpen =
      published?.state === "published" && published.cover?.id === published.members[0]?.preview?.id;
    return isOpen ? [{ api, params, ref: published.ref, mix }] : [];
  });
  return (await Promise.all(wanted)).flat();
}

/** Published versions of seeds that show no picture at strength 0, each with the client of its owner. */
export async function guidesToDraw(publishers: Publishers) {
  const wanted = seedNames().map(async (name) => {
    const { api, handle } = publisherOf(publishers, cardIn(join(SEEDS, name)));
    const adapter = await api.find("/v1/adapters/{owner}/{name}", {
      params: { path: { owner: handle, name } },
    });
    const version = adapter?.latest_version;
    if (version?.state !== "published") return [];
    return version.previews.some(({ recipe }) => strengthIn(recipe) === 0) ? [] : [{ api, version }];
  });
  return (await Promise.all(wanted)).flat();
}

/** Of the first adapter of a recipe. */
const strengthIn = (recipe: unknown) =>
  (recipe as { adapters?: { strength?: unknown }[] } | null)?.adapters?.[0]?.strength;

type VersionName = { id: string; ref: string };

/** The newest version of each adapter; null where it has none. */
const newestOf = (api: Orthoplex, ownerOf: (name: string) => string, names: readonly string[]) =>
  Promise.all(
    names.map(async (name): Promise<VersionName | null> => {
      const params = { path: { owner: ownerOf(name), name } };
      return (await api.find("/v1/adapters/{owner}/{name}", { params }))?.latest_version ?? null;
    }),
  );

/** Whether a published mix still has the adapters of these newest versions, one of them in a version before. Pure. */
export function namesOldVersions(
  mix: { state: string; members: readonly { version_id: string; ref: string }[] },
  newest: readonly (VersionName | null)[],
): boolean {
  const withoutNumber = (ref: string | undefined) => ref?.split(":")[0];
  const isAsBefore =
    mix.members.length === newest.length &&
    mix.members.every(({ ref }, i) => withoutNumber(ref) === withoutNumber(newest[i]?.ref));
  return (
    mix.state === "published" &&
    isAsBefore &&
    mix.members.some(({ version_id }, i) => version_id !== newest[i]?.id)
  );
}

/** Equal columns, one for each person. */
async function publishMix(
  api: Orthoplex,
  ownerOf: (name: string) => string,
  mix: Casts["mixes"][number],
): Promise<void> {
  const width = 1 / mix.members.length;
  const composition = await api.post("/v1/compositions", {
    body: {
      title: mix.title,
      prompt: mix.prompt,
      members: mix.members.map((name, place) => ({
        ref: `${ownerOf(name)}/${name}`,
        region: { x: place * width, y: 0, width, height: 1 },
      })),
    },
  });
  const { name, title, description } = mix;
  await api.post("/v1/compositions/{composition}/publish", {
    params: { path: { composition: composition.id } },
    body: { name, title, description },
  });
}

async function publishCollection(
  api: Orthoplex,
  handle: string,
  ownerOf: (name: string) => string,
  collection: Cast,
): Promise<void> {
  const { name, title, description, members } = collection;
  await api.post("/v1/collections", { body: { name, title, description } });
  for (const member of members) {
    await api.put("/v1/collections/{owner}/{name}/items/{adapter_owner}/{adapter_name}", {
      params: { path: { owner: handle, name, adapter_owner: ownerOf(member), adapter_name: member } },
      body: {},
    });
  }
}

/** The slot in the header of a trained file: 8 bytes of length, then JSON. */
function slotIn(file: Buffer): number {
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString("utf8"));
  return Number(header.__metadata__.slot);
}
