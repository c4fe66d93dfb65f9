// Turns pictures and a class word into a training job: the draft adapter, its slot, and the runner's spec.

import type { z } from "zod";
import type { Training, TrainingCreate } from "../../schema/contract/jobs.ts";
import { START_NAME } from "../../schema/contract/runner.ts";
import { adapters, images, type OwnedAdapter, type StoredUpload, slots } from "../../schema/tables.ts";
import { draftAdapter, findOwnAdapter, nameFault, refOf } from "../catalog/adapters.ts";
import { samplePrompts, trainingPicturesFault, trainingSteps } from "../catalog/base-rules.ts";
import { baseOf, knownBase } from "../catalog/bases.ts";
import { otherLayersFault } from "../catalog/other-layers.ts";
import { draftSlot, keepSlot, slotOf } from "../catalog/slots.ts";
import { isGone } from "../catalog/tombstones.ts";
import { findVersion } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import { insertRows } from "../lib/insert-rows.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { imageOfUpload } from "../storage/images.ts";
import { findUpload } from "../storage/uploads.ts";
import { trainingCredits } from "./cost.ts";
import { type NewJob, orderFault } from "./enqueue.ts";
import { randomSeed } from "./order-generation.ts";
import { rankOf } from "./priority.ts";

type TrainingInput = z.infer<typeof TrainingCreate>;
type Captioned = { upload: StoredUpload; caption: string };

/** Creates nothing: the draft, its slot and the pictures are written with the job, in one transaction, or not at all. */
export async function orderTraining(
  db: Db,
  caller: Caller,
  input: TrainingInput,
  now: number,
): Promise<NewJob | Refusal> {
  const pictures = await findPictures(db, caller, input);
  if (pictures instanceof Refusal) return pictures;
  const known = await knownAdapter(db, caller, input);
  if (known instanceof Refusal) return known;
  const base = known ? knownBase(known.baseId) : baseOf(input.adapter?.base ?? "", "/adapter/base");
  if (base instanceof Refusal) return base;
  const steps = trainingSteps(base, input);
  if (steps instanceof Refusal) return steps;
  const fault =
    trainingPicturesFault(
      base,
      pictures.map(({ upload }) => upload),
    ) ??
    (await blockedFault(
      db,
      "prompt",
      input.images.map(({ caption }, i) => ({ pointer: `/images/${i}/caption`, text: caption })),
    )) ??
    (await blockedFault(db, "name", [{ pointer: "/trigger", text: input.trigger }])) ??
    (await orderFault(db, caller.id, trainingCredits({ steps }, input.priority ?? "normal"), now));
  if (fault) return fault;
  const adapter = known ?? (await newAdapter(db, caller, input, now));
  if (adapter instanceof Refusal) return adapter;
  const held = known && (await slotOf(db, known.id));
  const slot = held || (await draftSlot({ db, now }, base, adapter, {}));
  if (slot instanceof Refusal) return slot;
  const start = await startOf(db, caller, input, { adapter, slot: slot.slot });
  if (start instanceof Refusal) return start;

  const rows = pictures.map(({ upload }, i) => imageOfUpload(upload, "training", i, now));
  const trigger = input.trigger ?? start?.trigger ?? `<${adapter.name}>`;
  const shared = {
    adapter_id: adapter.id,
    concept: adapter.concept,
    class_word: input.class_word ?? adapter.classWord,
    trigger,
    slot: slot.slot,
    steps,
    seed: input.seed ?? randomSeed(),
  };
  const inputNames = rows.map(
    (row, i) => `${String(i).padStart(2, "0")}.${row.contentType.slice("image/".length)}`,
  );
  const request: Training["request"] = {
    ...shared,
    ...(start && { from_version_id: start.id }),
    adapter: refOf(adapter),
    title: adapter.title,
    images: rows.map((row, i) => ({ url: `/v1/images/${row.id}`, caption: pictures[i]?.caption ?? "" })),
  };
  return {
    ownerId: caller.id,
    kind: "train",
    baseId: base.id,
    shape: "train",
    request,
    spec: {
      ...shared,
      rank: base.rank,
      images: inputNames.map((input, i) => ({ input, caption: pictures[i]?.caption ?? "" })),
      sample_prompts: samplePrompts(
        base,
        trigger,
        pictures.map(({ caption }) => caption),
      ),
      resume_input: null,
    },
    inputs: [
      ...rows.map((row, i) => ({
        name: inputNames[i] ?? "",
        sha256: row.sha256,
        size_bytes: pictures[i]?.upload.sizeBytes ?? 0,
        content_type: row.contentType,
      })),
      ...(start ? [start.input] : []),
    ],
    adapterId: adapter.id,
    ...rankOf(input.priority),
    alongside: (isMade) => [
      ...(known ? [] : [insertRows(db, adapters, [adapter], isMade)]),
      held ? keepSlot(db, adapter.id, now, isMade) : insertRows(db, slots, [slot], isMade),
      insertRows(db, images, rows, isMade),
    ],
  };
}

async function findPictures(db: Db, caller: Caller, input: TrainingInput): Promise<Captioned[] | Refusal> {
  const found: Captioned[] = [];
  for (const [i, { upload_id, caption }] of input.images.entries()) {
    const upload = await findUpload({ db, caller }, upload_id, "training_image", `/images/${i}/upload_id`);
    if (upload instanceof Refusal) return upload;
    found.push({ upload, caption });
  }
  return found;
}

/** The version that the training goes on from, as an input of the job; null where it begins anew. */
async function startOf(
  db: Db,
  caller: Caller,
  { from_version, trigger }: TrainingInput,
  { adapter, slot }: { adapter: OwnedAdapter; slot: number },
) {
  if (from_version === undefined) return null;
  const pointer = "/from_version";
  const found = await findVersion(db, caller, from_version);
  if (found instanceof Refusal) return refuse(found.code, found.detail, pointer);
  const { version } = found;
  if (version.adapterId !== adapter.id || version.slot !== slot) {
    return refuse("request_invalid", `${from_version} is not a version of ${refOf(adapter)}.`, pointer);
  }
  if (trigger !== undefined && trigger !== version.trigger) {
    const detail = `${from_version} answers to ${version.trigger}, and does so when it is trained further. Leave the trigger out, or train anew.`;
    return refuse("request_invalid", detail, "/trigger");
  }
  const unusable = otherLayersFault(version, adapter, pointer);
  if (unusable) return unusable;
  const { id, sha256, sizeBytes: size_bytes } = version;
  const file = { name: START_NAME, sha256, size_bytes, content_type: "application/octet-stream" };
  return { id, trigger: version.trigger, input: file };
}

async function newAdapter(
  db: Db,
  caller: Caller,
  input: TrainingInput,
  now: number,
): Promise<OwnedAdapter | Refusal> {
  if (!input.adapter) throw new Error("An order without adapter_ref describes its adapter");
  const taken = await nameFault(db, caller.id, input.adapter.name, "/adapter/name");
  if (taken) return taken;
  const row = await draftAdapter({ db, caller, now }, input.adapter, "/adapter");
  return row instanceof Refusal ? row : { ...row, owner: caller.handle };
}

/** The adapter that the order refers to; null if it describes a new one. */
async function knownAdapter(
  db: Db,
  caller: Caller,
  input: TrainingInput,
): Promise<OwnedAdapter | Refusal | null> {
  if (input.adapter) return null;
  const [owner = "", name = ""] = (input.adapter_ref ?? "").split("/");
  const adapter = await findOwnAdapter(db, caller, owner, name);
  if (adapter instanceof Refusal) {
    const code = adapter.code === "not_found" ? "adapter_unknown" : adapter.code;
    return refuse(code, adapter.detail, "/adapter_ref");
  }
  return isGone(adapter)
    ? refuse("adapter_removed", `${refOf(adapter)} was ${adapter.state}.`, "/adapter_ref")
    : adapter;
}
