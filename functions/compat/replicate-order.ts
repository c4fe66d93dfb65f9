// Turns Replicate's requests into jobs: the model of a version, a prediction's input, a training's pictures and destination.

import { and, desc, eq } from "drizzle-orm";
import { AdapterCreate } from "../../schema/contract/adapters.ts";
import type { ReplicateInput, ReplicateTrainingInput } from "../../schema/contract/compat-replicate.ts";
import { versions } from "../../schema/tables.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { dropUploads } from "../catalog/unneeded-blobs.ts";
import { findVersion } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import type { NewJob } from "../dispatch/enqueue.ts";
import { orderTraining } from "../dispatch/order-training.ts";
import type { Env } from "../env.ts";
import { inList } from "../lib/in-list.ts";
import { orUndo } from "../lib/or-undo.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { findModel, type Model, modelName } from "./models.ts";
import { orderPictures, renamed } from "./pictures.ts";
import { trainingPictures } from "./replicate-files.ts";

/** Fields of an order as a prediction's input names them; everything else has the same name in both. */
const INPUT_NAMES: Record<string, string> = {
  count: "num_outputs",
  steps: "num_inference_steps",
  guidance: "guidance_scale",
};

/**
 * A version as clients name it. They cut `owner/name:version` in two and send the second half alone, so a number is ambiguous:
 * it must be the version's id or the SHA-256 of its file. Otherwise it is refused as an invalid field.
 */
export async function modelOfVersion(db: Db, caller: Caller, version: string): Promise<Model | Refusal> {
  const pointer = "/version";
  if (/^\d+$/.test(version)) {
    const detail = `"${version}" names a version of one adapter only. Use its id (ver_...), or owner/name:${version} as the version.`;
    return refuse("adapter_unknown", detail, pointer);
  }
  const id = version.startsWith("ver_") ? version : await versionOfFile(db, caller, version);
  if (id === null) {
    const model = await findModel(db, caller, version, pointer);
    const isUnknown = model instanceof Refusal && model.code === "not_found";
    return isUnknown ? refuse("adapter_unknown", model.detail, pointer) : model;
  }
  const found = await findVersion(db, caller, id as typeof versions.$inferSelect.id);
  if (found instanceof Refusal) {
    return refuse(found.code === "not_found" ? "adapter_unknown" : found.code, found.detail, pointer);
  }
  if (found.version.state === "yanked") return refuse("adapter_unready", `${id} was yanked.`, pointer);
  return { kind: "adapter", ...found };
}

async function versionOfFile(db: Db, caller: Caller, sha256: string): Promise<string | null> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return null;
  const rows = await db
    .select({ id: versions.id })
    .from(versions)
    .where(and(eq(versions.sha256, sha256), inList(versions.state, ["published", "draft"])))
    .orderBy(desc(versions.publishedAt))
    .all();
  for (const { id } of rows) if (!((await findVersion(db, caller, id)) instanceof Refusal)) return id;
  return null;
}

export async function orderPrediction(
  db: Db,
  caller: Caller,
  model: Model,
  input: ReplicateInput,
): Promise<NewJob | Refusal> {
  const size = sizeOf(input);
  if (size instanceof Refusal) return size;
  const order = await orderPictures(db, caller, model, {
    prompt: input.prompt,
    negativePrompt: input.negative_prompt,
    seed: input.seed ?? undefined,
    steps: input.num_inference_steps,
    guidance: input.guidance_scale,
    size,
    count: input.num_outputs,
    adapters: input.adapters ?? [],
    regions: input.regions ?? [],
    strength: input.strength,
  });
  if (order instanceof Refusal) return inInput(renamed(order, INPUT_NAMES));
  const version = model.kind === "adapter" ? model.version.id : model.kind === "base" ? model.base.id : null;
  return { ...order, asked: { model: modelName(model), version, input: { ...input } } };
}

/** Faults of an order are faults of `input`, where the model itself is not meant. */
function inInput(refusal: Refusal): Refusal {
  const faults = refusal.faults.map((fault) =>
    fault.pointer === "/model" ? fault : { ...fault, pointer: `/input${fault.pointer}` },
  );
  return new Refusal(refusal.code, refusal.detail, faults, refusal);
}

function sizeOf({ size, width, height }: ReplicateInput): string | undefined | Refusal {
  if (width === undefined && height === undefined) return size;
  if (size !== undefined) return refuse("request_invalid", "Send size, or width and height.", "/input/size");
  if (width === undefined) return refuse("request_invalid", "Send width with height.", "/input/width");
  if (height === undefined) return refuse("request_invalid", "Send height with width.", "/input/height");
  return `${width}x${height}`;
}

/** Nothing is allowed yet: the owner chooses a licence before publishing. */
const STRICTEST = {
  spdx: "CC-BY-NC-ND-4.0",
  credit: true,
  commercial_use: false,
  derivatives: false,
  different_licence: false,
};
export const draftInput = (base: string, name: string, input: Partial<ReplicateTrainingInput>) => {
  const title = input.title ?? name;
  return AdapterCreate.parse({
    name,
    title,
    description: input.description ?? "",
    base,
    concept: input.concept ?? title,
    class_word: input.class_word ?? "person",
    licence: input.licence ?? STRICTEST,
    visibility: input.visibility ?? "private",
  });
};

export async function orderReplicateTraining(
  { env, db, caller, now }: { env: Env; db: Db; caller: Caller; now: number },
  base: string,
  destination: string,
  input: ReplicateTrainingInput,
): Promise<NewJob | Refusal> {
  const [owner = "", name = ""] = destination.split("/");
  if (owner !== caller.handle) {
    return refuse("not_granted", `A destination is yours: ${caller.handle}/${name}.`, "/destination");
  }
  const existing = await findAdapter(db, caller, owner, name);
  if (existing instanceof Refusal && existing.code !== "not_found") {
    return refuse(existing.code, existing.detail, "/destination");
  }
  const trigger = triggerOf(input.trigger_word ?? name);
  if (trigger instanceof Refusal) return trigger;
  const pictures = await trainingPictures({ env, db, caller, now }, input.input_images, input.captions ?? []);
  if (pictures instanceof Refusal) return pictures;
  const training = {
    images: pictures,
    trigger,
    class_word: input.class_word,
    steps: input.steps,
    seed: input.seed,
    ...(existing instanceof Refusal
      ? { adapter: draftInput(base, name, input) }
      : { adapter_ref: destination }),
  };
  const abandon = () =>
    dropUploads(
      env,
      db,
      pictures.map(({ upload_id }) => upload_id),
    );
  const order = await orUndo(
    () => orderTraining(db, caller, training as Parameters<typeof orderTraining>[2], now),
    abandon,
  );
  if (order instanceof Refusal) return pointedAtInput(order);
  const asked = { model: base, version: base, input: { ...input }, destination };
  return { ...order, asked, abandon };
}

/** Trigger words of Replicate's trainings are plain; ours are in angle brackets. */
function triggerOf(word: string): string | Refusal {
  const inner = word.replace(/^<(.*)>$/, "$1").toLowerCase();
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(inner)) return `<${inner}>`;
  const detail = "A trigger is one word of a-z, 0-9 and inner hyphens: ada or <ada>.";
  return refuse("request_invalid", detail, "/input/trigger_word");
}

function pointedAtInput(refusal: Refusal): Refusal {
  const faults = refusal.faults.map((fault) => {
    const { pointer } = fault;
    if (/^\/adapter_ref|^\/adapter\/(?:name|base)/.test(pointer))
      return { ...fault, pointer: "/destination" };
    if (pointer.startsWith("/images")) return { ...fault, pointer: "/input/input_images" };
    return {
      ...fault,
      pointer: `/input${pointer.replace(/^\/adapter(?=\/)/, "").replace(/^\/trigger$/, "/trigger_word")}`,
    };
  });
  return new Refusal(refusal.code, refusal.detail, faults, refusal);
}
