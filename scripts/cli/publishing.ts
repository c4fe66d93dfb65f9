// publish (a file that was trained elsewhere) and train (pictures, trained by the service's runners).

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { looksForeign } from "../../functions/lib/foreign-header.ts";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import type { Orthoplex, Schema } from "../../schema/client/index.ts";
import { type Command, keyedApi, number, only, PRIORITY, text, UsageError, type Values } from "./command.ts";
import { follow } from "./follow.ts";
import { given } from "./generate.ts";
import { captionOf, picturesIn, withFiles } from "./pictures.ts";
import { say, show } from "./terminal.ts";

/** What each licence permits; other combinations can be set on the site only. */
const LICENCES: Record<
  string,
  { credit: boolean; commercial_use: boolean; derivatives: boolean; different_licence: boolean }
> = {
  "CC0-1.0": { credit: false, commercial_use: true, derivatives: true, different_licence: true },
  "CC-BY-4.0": { credit: true, commercial_use: true, derivatives: true, different_licence: true },
  "CC-BY-SA-4.0": { credit: true, commercial_use: true, derivatives: true, different_licence: false },
  "CC-BY-NC-4.0": { credit: true, commercial_use: false, derivatives: true, different_licence: true },
  "CC-BY-ND-4.0": { credit: true, commercial_use: true, derivatives: false, different_licence: false },
};

const ABOUT_OPTIONS: Command["options"] = {
  name: { type: "string", hint: "its name in the catalog: YOU/NAME" },
  title: { type: "string", hint: "its title (the name)" },
  concept: { type: "string", hint: "what it was trained on, in plain words" },
  class: { type: "string", hint: "the ordinary word for its kind: person, dog, style" },
  description: { type: "string", hint: "more about it" },
  tags: { type: "string", hint: "comma separated" },
  licence: { type: "string", hint: `${Object.keys(LICENCES).join(", ")} (CC-BY-4.0)` },
  credits: { type: "string", hint: "whose work it is based on" },
  visibility: { type: "string", hint: "public (default), unlisted or private" },
  base: { type: "string", hint: `the base (the file's, or ${EMBEDDED_BASE.id})` },
};

const publish: Command = {
  usage: "publish FILE.safetensors --name NAME [--previews FOLDER]",
  about: "publishes an adapter file, or a LoRA of another program; a name that is there gets a new version",
  options: {
    ...ABOUT_OPTIONS,
    previews: { type: "string", hint: "a folder of pictures to show" },
    changelog: { type: "string", hint: "what is new in this version" },
    words: {
      type: "string",
      hint: "of another program's LoRA: what its users write (the file's first; '' for none)",
    },
    draft: { type: "boolean", hint: "leave the version a draft" },
  },
  run: async (args, values) => {
    const file = only(args, "an adapter file");
    const bytes = readFileSync(file);
    const header = readHeader(bytes, bytes.length);
    if (header.kind !== "header") {
      throw new Error(
        `${file} is no adapter file: ${header.kind === "refused" ? header.detail : "its header is cut off."}`,
      );
    }
    const { metadata } = header;
    const isForeign = looksForeign(header);
    const previews = text(values, "previews");
    const pictures = previews === undefined ? [] : picturesIn(previews);
    const api = keyedApi(values);
    const { handle } = await api.get("/v1/account");
    const name = required(values, "name");
    const params = { path: { owner: handle, name } };
    const existing = await api.find("/v1/adapters/{owner}/{name}", { params });
    if (!existing) await api.post("/v1/adapters", { body: about(values, name, metadata) });
    if (!isForeign && existing?.slot == null) {
      await api.post("/v1/adapters/{owner}/{name}/slot", { params, body: { slot: Number(metadata.slot) } });
    }
    const version = await api.post("/v1/adapters/{owner}/{name}/versions", {
      params,
      body: {
        upload_id: await api.upload("adapter", bytes, basename(file)),
        previews: await uploadAll(api, "preview", pictures),
        ...given({ changelog: text(values, "changelog"), words: text(values, "words") }),
      },
    });
    if (isForeign) say(`${version.ref} is a LoRA of another program: no picture with it is exact.`);
    const shown = values.draft ? version : await publishVersion(api, version.id);
    show(values, shown, () => [`${shown.ref} ${shown.state}: ${api.url}/adapter/?id=${handle}/${name}`]);
  },
};

const train: Command = {
  usage: "train FOLDER --name NAME --concept WORDS --class WORD",
  about: "trains a concept from a folder of pictures (captions in NAME.txt beside them) and publishes it",
  options: {
    ...ABOUT_OPTIONS,
    steps: { type: "string", hint: "training steps (the base's own)" },
    seed: { type: "string", hint: "the training's seed" },
    priority: PRIORITY,
    draft: { type: "boolean", hint: "leave the version a draft" },
    "no-wait": { type: "boolean", hint: "print the job's id and exit" },
  },
  run: async (args, values) => {
    const pictures = picturesIn(only(args, "a folder of pictures"));
    const captions = pictures.map(captionOf);
    const name = required(values, "name");
    const adapter = about(values, name, {});
    const api = keyedApi(values);
    say(`Uploading ${pictures.length} pictures`);
    const uploads = await uploadAll(api, "training_image", pictures);
    const naming = namingFiles(pictures);
    const order = {
      body: given({
        adapter,
        images: uploads.map((upload_id, i) => ({ upload_id, caption: captions[i] ?? "" })),
        steps: number(values, "steps"),
        seed: number(values, "seed"),
        priority: text(values, "priority"),
      }) as Schema<"TrainingCreate">,
    };
    const job = await api.post("/v1/trainings", order).catch(naming);
    if (values["no-wait"]) return show(values, job, () => [job.id]);
    const done = await follow(api, job).catch(naming);
    if (!values.draft) await publishVersion(api, done.result?.version_id ?? "");
    show(values, done, () => [`${done.request.adapter} ${values.draft ? "trained, a draft" : "published"}`]);
  },
};

/** Throws what is caught, with the files of pictures that it gives by their numbers. */
function namingFiles(pictures: readonly string[]) {
  return (error: unknown): never => {
    if (error instanceof Error) error.message = withFiles(error.message, pictures);
    throw error;
  };
}

function publishVersion(api: Orthoplex, version: string) {
  return api.post("/v1/versions/{version}/publish", { params: { path: { version } } });
}

function required(values: Values, name: string): string {
  const value = text(values, name);
  if (value === undefined) throw new UsageError(`--${name} is needed.`);
  return value;
}

/** The draft's texts: from options, else from the file's own metadata. */
function about(values: Values, name: string, metadata: Record<string, string>): Schema<"AdapterCreate"> {
  const spdx = text(values, "licence") ?? "CC-BY-4.0";
  const permissions = LICENCES[spdx];
  if (!permissions) {
    throw new UsageError(`--licence knows ${Object.keys(LICENCES).join(", ")}. Others are set on the site.`);
  }
  const concept = text(values, "concept") ?? metadata.concept;
  const classWord = text(values, "class") ?? metadata.class_word;
  if (concept === undefined)
    throw new UsageError("--concept is needed: what it was trained on, in plain words.");
  if (classWord === undefined) throw new UsageError("--class is needed: person, dog, style.");
  const tags = text(values, "tags")
    ?.split(",")
    .map((tag) => tag.trim());
  return {
    name,
    title: text(values, "title") ?? name,
    base: text(values, "base") ?? metadata.base ?? EMBEDDED_BASE.id,
    concept,
    class_word: classWord,
    licence: { spdx, ...permissions },
    ...given({
      description: text(values, "description"),
      tags: tags?.filter((tag) => tag !== ""),
      credits: text(values, "credits"),
      visibility: text(values, "visibility"),
    }),
  } as Schema<"AdapterCreate">;
}

async function uploadAll(
  api: Orthoplex,
  kind: "preview" | "training_image",
  files: string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files) {
    try {
      ids.push(await api.upload(kind, readFileSync(file), basename(file)));
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
  return ids;
}

export const publishing: Record<string, Command> = { publish, train };
