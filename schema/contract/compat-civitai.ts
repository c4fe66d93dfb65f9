// Civitai's reading calls: models, their versions, and look-up by hash, with its field names.

import { z } from "zod";
import { AnyHash } from "./adapters.ts";
import {
  HASH_NUMBERS_LOOKED_UP_MAX,
  HASHES_LOOKED_UP_MAX,
  LIST_MAX_CHARACTERS,
  PAGE_MAX,
  SEARCH_MAX_CHARACTERS,
} from "./limits.ts";
import { queryInt } from "./lists.ts";
import { plainText, token } from "./text.ts";

export const CIVITAI_TYPES = [
  ...["Checkpoint", "TextualInversion", "Hypernetwork", "AestheticGradient", "LORA", "LoCon", "DoRA"],
  ...[
    "Controlnet",
    "Upscaler",
    "MotionModule",
    "VAE",
    "Poses",
    "Wildcards",
    "Workflows",
    "Detection",
    "Other",
  ],
] as const;
export const CIVITAI_SORTS = ["Highest Rated", "Most Downloaded", "Newest"] as const;

const list = plainText(LIST_MAX_CHARACTERS);
/** Given twice or with commas. */
const several = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .union([list, z.array(list)])
    .transform((given) =>
      [given]
        .flat()
        .flatMap((text) => text.split(","))
        .map((text) => text.trim())
        .filter((text) => text !== ""),
    )
    .pipe(z.array(item).max(20))
    .optional();

export const CivitaiQuery = z.strictObject({
  limit: queryInt((number) => number.min(1).max(PAGE_MAX)).default(PAGE_MAX),
  cursor: token(1_500).optional(),
  query: plainText(SEARCH_MAX_CHARACTERS).optional(),
  tag: token(32).optional(),
  username: token(64).optional(),
  types: several(z.enum(CIVITAI_TYPES)).meta({
    description: "Everything here is a LORA; other types find nothing",
  }),
  baseModels: several(token(64)).meta({ description: "Bases by id" }),
  sort: z.enum(CIVITAI_SORTS).optional().meta({
    description: "Most Downloaded counts uses. Without it: relevance with query, else Highest Rated",
  }),
  period: z.enum(["AllTime"], { error: "must be AllTime" }).optional(),
  nsfw: z.enum(["true", "false"]).optional().meta({ description: "true: every rating; else only general" }),
});
export type CivitaiQuery = z.infer<typeof CivitaiQuery>;

export const CivitaiHashes = z.array(AnyHash).min(1).max(HASHES_LOOKED_UP_MAX).meta({ id: "CivitaiHashes" });

export const CivitaiManyHashes = z
  .array(AnyHash)
  .min(1)
  .max(HASH_NUMBERS_LOOKED_UP_MAX)
  .meta({ id: "CivitaiManyHashes" });

export const CivitaiHashNumber = z
  .object({ modelVersionId: z.int(), hash: z.string().meta({ description: "As it was asked, in capitals" }) })
  .meta({ id: "CivitaiHashNumber" });
export type CivitaiHashNumber = z.infer<typeof CivitaiHashNumber>;

const count = z.int().nonnegative();
const scanResult = z.enum(["Pending", "Success", "Danger"]);

export const CivitaiFile = z.object({
  id: z.int(),
  name: z.string(),
  type: z.literal("Model"),
  sizeKB: z.number(),
  metadata: z.object({ format: z.literal("SafeTensor"), fp: z.literal("fp16"), size: z.literal("full") }),
  hashes: z.object({ SHA256: z.string(), AutoV2: z.string(), AutoV3: z.string().optional() }),
  pickleScanResult: scanResult,
  pickleScanMessage: z.string().nullable(),
  virusScanResult: scanResult,
  scannedAt: z.string().nullable(),
  downloadUrl: z.string(),
  primary: z.boolean(),
});

const modelStats = z.object({
  downloadCount: count,
  favoriteCount: count,
  thumbsUpCount: count,
  thumbsDownCount: count,
  commentCount: count,
  tippedAmountCount: count,
});

export const CivitaiImage = z.object({
  url: z.string(),
  nsfwLevel: z.int(),
  width: z.int(),
  height: z.int(),
  type: z.literal("image"),
  hasMeta: z.boolean(),
  meta: z.record(z.string(), z.unknown()).nullable(),
});

const versionFields = {
  id: z.int(),
  index: z.int(),
  name: z.string(),
  baseModel: z.string(),
  baseModelType: z.literal("Standard"),
  air: z.string(),
  status: z.literal("Published"),
  availability: z.literal("Public"),
  nsfwLevel: z.int(),
  description: z.string().nullable(),
  trainedWords: z.array(z.string()),
  supportsGeneration: z.literal(true),
  usageControl: z.literal("Download"),
  createdAt: z.string(),
  publishedAt: z.string().nullable(),
  files: z.array(CivitaiFile),
  images: z.array(CivitaiImage),
  downloadUrl: z.string(),
};

export const CivitaiModelVersion = z.object(versionFields).meta({ id: "CivitaiModelVersion" });
export type CivitaiModelVersion = z.infer<typeof CivitaiModelVersion>;

export const CivitaiVersion = z
  .object({
    ...versionFields,
    modelId: z.int(),
    model: z.object({
      name: z.string(),
      type: z.literal("LORA"),
      nsfw: z.boolean(),
      poi: z.literal(false),
    }),
    stats: z.object({ downloadCount: count, thumbsUpCount: count }),
  })
  .meta({ id: "CivitaiVersion" });
export type CivitaiVersion = z.infer<typeof CivitaiVersion>;

export const CivitaiMiniQuery = z.strictObject({
  modelFileId: queryInt((number) => number.positive())
    .optional()
    .meta({
      description: "The one file of a version has the version's number",
    }),
});

/** A version and its file in one, as downloaders read it. */
export const CivitaiMini = z
  .object({
    air: z.string(),
    versionName: z.string(),
    modelName: z.string(),
    baseModel: z.string(),
    availability: z.literal("Public"),
    publishedAt: z.string().nullable(),
    size: z.number().meta({ description: "Kilobytes of 1024" }),
    fileType: z.literal("Model"),
    fileName: z.string(),
    hashes: CivitaiFile.shape.hashes,
    downloadUrls: z.array(z.string()),
    format: z.literal("SafeTensor"),
    canGenerate: z.literal(true),
    isFeatured: z.literal(false),
    requireAuth: z.literal(false),
    checkPermission: z.literal(false),
    additionalResourceCharge: z.literal(false),
    minor: z.literal(false),
    sfwOnly: z.literal(false),
  })
  .meta({ id: "CivitaiMini" });
export type CivitaiMini = z.infer<typeof CivitaiMini>;

export const CivitaiModel = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().meta({ description: "HTML" }),
    type: z.literal("LORA"),
    nsfw: z.boolean(),
    nsfwLevel: z.int(),
    poi: z.literal(false),
    minor: z.literal(false),
    availability: z.literal("Public"),
    supportsGeneration: z.literal(true),
    allowNoCredit: z.boolean(),
    allowCommercialUse: z.array(z.enum(["None", "Image", "RentCivit", "Rent", "Sell"])),
    allowDerivatives: z.boolean(),
    allowDifferentLicense: z.boolean(),
    mode: z.null(),
    tags: z.array(z.string()),
    creator: z.object({ username: z.string(), image: z.string().nullable() }),
    stats: modelStats,
    modelVersions: z.array(CivitaiModelVersion),
    ref: z.string().meta({ description: "owner/name, as our own API calls it" }),
  })
  .meta({ id: "CivitaiModel" });
export type CivitaiModel = z.infer<typeof CivitaiModel>;

export const CivitaiModels = z
  .object({
    items: z.array(CivitaiModel),
    metadata: z.object({
      pageSize: z.int(),
      nextCursor: z.string().optional(),
      nextPage: z.string().optional(),
    }),
  })
  .meta({ id: "CivitaiModels" });
export type CivitaiModels = z.infer<typeof CivitaiModels>;

export const CivitaiError = z
  .object({ error: z.string(), code: z.string().meta({ description: "A code of our closed list" }) })
  .meta({ id: "CivitaiError" });
