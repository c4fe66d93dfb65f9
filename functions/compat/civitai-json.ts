// Adapters and versions in Civitai's field names. Its descriptions are HTML, so text is escaped.

import type { Adapter, Version } from "../../schema/contract/adapters.ts";
import type {
  CivitaiMini,
  CivitaiModel,
  CivitaiModelVersion,
  CivitaiVersion,
} from "../../schema/contract/compat-civitai.ts";
import type { Rating } from "../../schema/contract/moderation.ts";
import { escapeHtml } from "../lib/html.ts";
import { numberOf } from "./numeric-ids.ts";

/** Civitai's bits: PG 1, PG-13 2, R 4, X 8, XXX 16. */
const LEVELS: Record<Rating, number> = { general: 1, sensitive: 4, explicit: 16 };
const SCANS = { pending: "Pending", passed: "Success", failed: "Danger" } as const;
const USES = ["Image", "RentCivit", "Rent", "Sell"] as const;
const BYTES_PER_KB = 1_024;

type WithVersions = Adapter & { versions: Version[] };

export function modelJson(adapter: WithVersions): CivitaiModel {
  const { licence } = adapter;
  const published = adapter.versions.filter(({ state }) => state === "published");
  return {
    id: numberOf(adapter.id),
    name: adapter.title,
    description: htmlOf(adapter.description),
    type: "LORA",
    nsfw: adapter.rating !== "general",
    nsfwLevel: LEVELS[adapter.rating],
    poi: false,
    minor: false,
    availability: "Public",
    supportsGeneration: true,
    allowNoCredit: !licence.credit,
    allowCommercialUse: licence.commercial_use ? [...USES] : ["None"],
    allowDerivatives: licence.derivatives,
    allowDifferentLicense: licence.different_licence,
    mode: null,
    tags: adapter.tags,
    creator: { username: adapter.owner, image: null },
    stats: {
      downloadCount: adapter.downloads,
      favoriteCount: adapter.likes,
      thumbsUpCount: adapter.likes,
      thumbsDownCount: 0,
      commentCount: adapter.comments,
      tippedAmountCount: 0,
    },
    modelVersions: published.map((version, index) => versionJson(version, index, adapter.rating)),
    ref: adapter.ref,
  };
}

function versionJson(version: Version, index: number, rating: Rating): CivitaiModelVersion {
  const id = numberOf(version.id);
  const scan = SCANS[version.scan.state];
  const [owner, name] = version.ref.replace(/:\d+$/, "").split("/");
  const failed = version.scan.report?.checks.find(({ passed }) => !passed);
  return {
    id,
    index,
    name: `v${version.number}`,
    baseModel: version.base,
    baseModelType: "Standard",
    air: `urn:air:${version.base}:lora:orthoplex:${numberOf(version.adapter_id)}@${id}`,
    status: "Published",
    availability: "Public",
    nsfwLevel: LEVELS[rating],
    description: version.changelog === "" ? null : htmlOf(version.changelog),
    trainedWords: [version.trigger],
    supportsGeneration: true,
    usageControl: "Download",
    createdAt: version.created_at,
    publishedAt: version.published_at,
    files: [
      {
        id,
        name: `${owner}-${name}-${version.number}.safetensors`,
        type: "Model",
        sizeKB: version.size_bytes / BYTES_PER_KB,
        metadata: { format: "SafeTensor", fp: "fp16", size: "full" },
        hashes: {
          SHA256: version.sha256.toUpperCase(),
          AutoV2: version.hashes.autov2,
          ...(version.hashes.autov3 !== null && { AutoV3: version.hashes.autov3 }),
        },
        pickleScanResult: scan,
        pickleScanMessage: failed?.detail ?? null,
        virusScanResult: scan,
        scannedAt: version.scan.report?.scanned_at ?? null,
        downloadUrl: version.download_url,
        primary: true,
      },
    ],
    images: version.previews.map(({ url, width, height, recipe }) => ({
      url,
      nsfwLevel: LEVELS[rating],
      width,
      height,
      type: "image" as const,
      hasMeta: recipe !== null,
      meta: recipe,
    })),
    downloadUrl: version.download_url,
  };
}

/** One version with its model. Null if it is not published. */
export function versionOfModel(adapter: WithVersions, id: Version["id"]): CivitaiVersion | null {
  const model = modelJson(adapter);
  const version = model.modelVersions.find((each) => each.id === numberOf(id));
  if (!version) return null;
  const { name, type, nsfw, poi, stats } = model;
  const { downloadCount, thumbsUpCount } = stats;
  return {
    ...version,
    modelId: model.id,
    model: { name, type, nsfw, poi },
    stats: { downloadCount, thumbsUpCount },
  };
}

/** A version with its one file as fields of its own. */
export function miniOf({ files: [file], model, ...version }: CivitaiVersion): CivitaiMini {
  if (!file) throw new Error(`Version ${version.id} has no file`);
  return {
    air: version.air,
    versionName: version.name,
    modelName: model.name,
    baseModel: version.baseModel,
    availability: version.availability,
    publishedAt: version.publishedAt,
    size: file.sizeKB,
    fileType: file.type,
    fileName: file.name,
    hashes: file.hashes,
    downloadUrls: [file.downloadUrl],
    format: file.metadata.format,
    canGenerate: true,
    isFeatured: false,
    requireAuth: false,
    checkPermission: false,
    additionalResourceCharge: false,
    minor: false,
    sfwOnly: false,
  };
}

function htmlOf(text: string): string {
  const paragraphs = text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
  return paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`).join("");
}
