// Who may call the routes of adapters, versions, uploads, bases and pictures.

import { sha256Hex } from "../../../functions/lib/sha256.ts";
import type { Adapter, Upload, Version } from "../../../schema/contract/index.ts";
import { adapterFile, adapterInput, BASE, LICENCE, png, published, put } from "../cast.ts";
import type { Call, Entry, World } from "./entry.ts";

let count = 0;
function fresh(prefix: string): string {
  count += 1;
  return `${prefix}-${count}`;
}

/** Of the owner: a published adapter. */
const openAdapter = async ({ owner }: World): Promise<string> =>
  (await published(owner, fresh("open"))).ref.replace(/:\d+$/, "");
const openVersion = ({ owner }: World): Promise<Version> => published(owner, fresh("version"));

/** Of the owner: an adapter with a slot and nothing else. */
async function draftAdapter({ owner }: World): Promise<{ ref: string; slot: number }> {
  const { ref } = await owner.must<Adapter>("POST", "/v1/adapters", adapterInput(fresh("draft")));
  const { slot } = await owner.must<{ slot: number }>("POST", `/v1/adapters/${ref}/slot`, {});
  return { ref, slot };
}

async function fileOf({ owner }: World, slot: number): Promise<string> {
  return owner.upload("adapter", await adapterFile(slot, "<draft>"), "application/octet-stream");
}

async function draftVersion(world: World): Promise<Version> {
  const { ref, slot } = await draftAdapter(world);
  const upload_id = await fileOf(world, slot);
  return world.owner.must<Version>("POST", `/v1/adapters/${ref}/versions`, { upload_id });
}

/** Of the owner: an upload in one part, which has arrived. */
async function uploadInParts({ owner }: World): Promise<Upload> {
  const bytes = new Uint8Array(new TextEncoder().encode(fresh("part")));
  const upload = await owner.must<Upload>("POST", "/v1/uploads", {
    kind: "adapter",
    content_type: "application/octet-stream",
    size_bytes: bytes.length,
    sha256: await sha256Hex(bytes),
    multipart: true,
  });
  await put(upload.parts?.urls[0] ?? "", bytes);
  return upload;
}

const uploadInput = { kind: "preview", content_type: "image/png", size_bytes: 9, sha256: "0".repeat(64) };
const adapterAt = async (world: World, rest = "", body?: unknown): Promise<Call> => ({
  path: `/v1/adapters/${await openAdapter(world)}${rest}`,
  ...(body !== undefined && { body }),
});

export const adapters: Entry[] = [
  {
    route: "POST /v1/adapters",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/adapters", body: adapterInput(fresh("made")) }),
  },
  { route: "GET /v1/adapters/{owner}/{name}", right: "anyone", call: (world) => adapterAt(world) },
  {
    route: "PATCH /v1/adapters/{owner}/{name}",
    right: "owner",
    scope: "publish",
    call: (world) => adapterAt(world, "", { title: "Changed", licence: LICENCE }),
  },
  {
    route: "POST /v1/adapters/{owner}/{name}/withdraw",
    right: "owner",
    scope: "publish",
    call: (world) => adapterAt(world, "/withdraw", { reason: "tired of it" }),
  },
  {
    route: "GET /v1/adapters/{owner}/{name}/statistics",
    right: "anyone",
    call: (world) => adapterAt(world, "/statistics"),
  },
  {
    route: "POST /v1/adapters/{owner}/{name}/slot",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/adapters/${(await draftAdapter(world)).ref}/slot`, body: {} }),
  },
  {
    route: "POST /v1/adapters/{owner}/{name}/versions",
    right: "owner",
    scope: "publish",
    call: async (world) => {
      const { ref, slot } = await draftAdapter(world);
      return { path: `/v1/adapters/${ref}/versions`, body: { upload_id: await fileOf(world, slot) } };
    },
  },
];

export const versions: Entry[] = [
  {
    route: "GET /v1/versions/{version}",
    right: "anyone",
    call: async (world) => ({ path: `/v1/versions/${(await openVersion(world)).id}` }),
  },
  {
    route: "GET /v1/versions/{version}/download",
    right: "anyone",
    call: async (world) => ({ path: `/v1/versions/${(await openVersion(world)).id}/download` }),
  },
  {
    route: "GET /v1/versions/by-hash/{hash}",
    right: "anyone",
    call: async (world) => ({ path: `/v1/versions/by-hash/${(await openVersion(world)).sha256}` }),
  },
  {
    route: "POST /v1/versions/by-hash",
    right: "anyone",
    call: async (world) => ({
      path: "/v1/versions/by-hash",
      body: { hashes: [(await openVersion(world)).hashes.autov2] },
    }),
  },
  {
    route: "PATCH /v1/versions/{version}",
    right: "owner",
    scope: "publish",
    call: async (world) => ({
      path: `/v1/versions/${(await openVersion(world)).id}`,
      body: { changelog: "Better hair." },
    }),
  },
  {
    route: "POST /v1/versions/{version}/publish",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/versions/${(await draftVersion(world)).id}/publish` }),
  },
  {
    route: "POST /v1/versions/{version}/yank",
    right: "owner",
    scope: "publish",
    call: async (world) => ({
      path: `/v1/versions/${(await openVersion(world)).id}/yank`,
      body: { reason: "It omits the glasses." },
    }),
  },
];

export const uploads: Entry[] = [
  {
    route: "POST /v1/uploads",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/uploads", body: uploadInput }),
  },
  {
    route: "GET /v1/uploads/{upload}",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/uploads/${(await uploadInParts(world)).id}` }),
  },
  {
    route: "POST /v1/uploads/{upload}/complete",
    right: "owner",
    scope: "publish",
    call: async (world) => ({ path: `/v1/uploads/${(await uploadInParts(world)).id}/complete` }),
  },
];

export const bases: Entry[] = [
  { route: "GET /v1/bases", right: "anyone", call: () => ({ path: "/v1/bases" }) },
  { route: "GET /v1/bases/{id}", right: "anyone", call: () => ({ path: `/v1/bases/${BASE.id}` }) },
];

/** A picture of a draft is its owner's; a published version shows its previews to anyone, which images.test.ts holds. */
export const images: Entry[] = [
  {
    route: "GET /v1/images/{image}",
    right: "anyone",
    call: async ({ owner }) => {
      const name = fresh("shown");
      const version = await published(owner, name);
      const upload = await owner.upload("preview", await png(24, 24, count % 256), "image/png");
      const changed = await owner.must<Version>("PATCH", `/v1/versions/${version.id}`, {
        previews: [upload],
      });
      return { path: new URL(changed.previews[0]?.url ?? "").pathname };
    },
  },
];
