// Adapters (catalog entries), their versions (immutable artifacts), licences and slots, as they travel.

import { z } from "zod";
import { Foreign, ForeignWords } from "./foreign.ts";
import { AdapterRef, Handle, idOf, OwnerAndName, Sha256, Timestamp } from "./ids.ts";
import {
  CLASS_WORD_MAX_CHARACTERS,
  DESCRIPTION_MAX_CHARACTERS,
  HASHES_LOOKED_UP_MAX,
  JSON_BODY_MAX_BYTES,
  NAME_MAX_CHARACTERS,
  STRENGTH_MAX,
  STRENGTH_MIN,
  TAGS_MAX,
  TITLE_MAX_CHARACTERS,
  TRIGGER_MAX_CHARACTERS,
  VERSION_PREVIEWS_MAX,
  YANK_REASON_MAX_CHARACTERS,
} from "./limits.ts";
import { Rating } from "./moderation.ts";
import { orNull } from "./nullable.ts";
import { REMOVERS } from "./problem.ts";
import { Certificate, Scan, SelfCheck } from "./scans.ts";
import { optionalMessage, prose, title, token, withoutComma } from "./text.ts";

export const Name = z
  .string()
  .max(NAME_MAX_CHARACTERS)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "must be a-z, 0-9 and inner hyphens");

/** The trigger word of a concept in a prompt. Angle brackets distinguish it from ordinary words. */
export const Trigger = z
  .string()
  .max(TRIGGER_MAX_CHARACTERS)
  .regex(/^<[a-z0-9](?:[a-z0-9-]*[a-z0-9])?>$/, "must look like <ada>");

export const Strength = z
  .number({ error: `must be a finite number from ${STRENGTH_MIN} to ${STRENGTH_MAX}` })
  .min(STRENGTH_MIN)
  .max(STRENGTH_MAX);

export const ClassWord = withoutComma(title(CLASS_WORD_MAX_CHARACTERS));
const tag = z
  .string()
  .max(32)
  .regex(/^[a-z0-9](?:[a-z0-9 -]*[a-z0-9])?$/, "must be lower-case words");

/** SPDX id plus four permissions. `credit` is a duty, the other three are grants. */
export const Licence = z
  .strictObject({
    spdx: z.string().regex(/^[A-Za-z0-9.+-]{1,64}$/, "must be an SPDX licence id"),
    credit: z.boolean().meta({ description: "Whoever uses it must name the owner" }),
    commercial_use: z.boolean(),
    derivatives: z.boolean(),
    different_licence: z.boolean().meta({ description: "Derivatives may carry another licence" }),
  })
  .meta({ id: "Licence" });
export type Licence = z.infer<typeof Licence>;

export const Visibility = z.enum(["public", "unlisted", "private"]);
export const AdapterState = z.enum(["draft", "published", "withdrawn", "removed"]);
export const VersionState = z.enum(["draft", "published", "yanked"]);

export const AdapterCreate = z
  .strictObject({
    name: Name,
    title: title(TITLE_MAX_CHARACTERS),
    description: prose(DESCRIPTION_MAX_CHARACTERS).default(""),
    base: token(64),
    concept: title(TITLE_MAX_CHARACTERS).meta({ description: "What it was trained on, in plain words" }),
    class_word: ClassWord.meta({ description: "The ordinary word for its kind: person, dog, style" }),
    tags: z.array(tag).max(TAGS_MAX).default([]),
    licence: Licence,
    visibility: Visibility.default("public"),
    rating: Rating.default("general"),
    credits: prose(1_000).default(""),
  })
  .meta({ id: "AdapterCreate" });

export const AdapterPatch = z
  .strictObject({
    title: title(TITLE_MAX_CHARACTERS).optional(),
    description: prose(DESCRIPTION_MAX_CHARACTERS).optional(),
    concept: title(TITLE_MAX_CHARACTERS).optional(),
    tags: z.array(tag).max(TAGS_MAX).optional(),
    visibility: Visibility.optional(),
    licence: Licence.optional().meta({
      description: "Only until the first version is published: people rely on it from then on",
    }),
    rating: Rating.optional(),
    credits: prose(1_000).optional(),
  })
  .meta({ id: "AdapterPatch" });

export const Picture = z
  .object({ id: idOf("img"), url: z.string(), width: z.int(), height: z.int() })
  .meta({ id: "Picture" });

export const Recipe = z.record(z.string(), z.unknown()).meta({
  id: "Recipe",
  description: "What made the picture, as the runner wrote it into the PNG",
});

export const Preview = Picture.extend({
  recipe: orNull(Recipe).meta({ description: "Null for a picture that was uploaded" }),
}).meta({ id: "Preview" });

export const Hashes = z
  .object({
    sha256: Sha256.meta({ description: "Of the file" }),
    autov2: z.string().meta({ description: "The first ten digits of the SHA-256, upper case" }),
    autov3: z
      .string()
      .nullable()
      .meta({ description: "The first twelve digits of the SHA-256 of the tensors, upper case" }),
    tensors_sha256: Sha256.nullable().meta({
      description: "Of the tensors without the header: another header, the same adapter",
    }),
  })
  .meta({ id: "Hashes" });

export const Yank = z
  .object({ reason: z.string(), yanked_at: Timestamp.nullable(), yanked_by: z.enum(REMOVERS) })
  .meta({ id: "Yank" });

export const Version = z
  .object({
    id: idOf("ver"),
    adapter_id: idOf("adp"),
    ref: AdapterRef,
    number: z.int().positive(),
    base: z.string(),
    slot: z.int().nonnegative().nullable().meta({ description: "Null for a LoRA of another program" }),
    foreign: orNull(Foreign).meta({ description: "Of a LoRA of another program; null for an adapter" }),
    state: VersionState,
    trigger: Trigger,
    strength: Strength.meta({ description: "The strength its owner recommends" }),
    changelog: z.string(),
    previews: z.array(Preview),
    preview_job_id: idOf("job").nullable().meta({
      description:
        "The job that draws previews for a version published without any, or compares pictures for its certificate",
    }),
    supersedes: idOf("ver").nullable().meta({ description: "The published version before it" }),
    superseded_by: idOf("ver").nullable(),
    scan: Scan,
    certificate: orNull(Certificate).meta({
      description:
        "Whether it changes nothing when it is not called; null where no runner of this service has drawn it",
    }),
    self_check: orNull(SelfCheck).meta({ description: "How its own samples were read after training" }),
    yank: orNull(Yank),
    hashes: Hashes,
    sha256: Sha256,
    size_bytes: z.int(),
    download_url: z.string(),
    job_id: idOf("job").nullable().meta({ description: "The training that made it" }),
    created_at: Timestamp,
    published_at: Timestamp.nullable(),
  })
  .meta({ id: "Version" });
export type Version = z.infer<typeof Version>;

export const Adapter = z
  .object({
    id: idOf("adp"),
    ref: AdapterRef,
    owner: Handle,
    name: Name,
    title: z.string(),
    description: z.string(),
    base: z.string(),
    concept: z.string(),
    class_word: z.string(),
    tags: z.array(z.string()),
    licence: Licence,
    visibility: Visibility,
    state: AdapterState,
    credits: z.string(),
    slot: z.int().nonnegative().nullable(),
    rating: Rating,
    uses: z.int().meta({ description: "Generations that finished with it" }),
    downloads: z.int(),
    likes: z.int(),
    comments: z.int(),
    remixes: z.int().meta({ description: "Published compositions with it" }),
    latest_version: orNull(Version).meta({
      description: "Newest published version; for its owner the newest draft where none is published",
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
    published_at: Timestamp.nullable(),
  })
  .meta({ id: "Adapter" });
export type Adapter = z.infer<typeof Adapter>;

export const AdapterWithVersions = Adapter.extend({ versions: z.array(Version) }).meta({
  id: "AdapterWithVersions",
});

export const SlotReservation = z
  .object({
    id: idOf("slt"),
    base: z.string(),
    slot: z.int().nonnegative(),
    class: z.int().nonnegative().meta({ description: "Slots of one class are exactly orthogonal" }),
    adapter_id: idOf("adp"),
    expires_at: Timestamp.nullable().meta({
      description:
        "When a draft loses it; a training or a new version moves this. Null once published: kept for ever",
    }),
  })
  .meta({ id: "SlotReservation" });

export const SlotRequest = z
  .strictObject({
    slot: z.int().nonnegative().optional().meta({
      description: "The slot that you ask for; without it the next free one of your class is taken",
    }),
    collection: z
      .union([idOf("col"), OwnerAndName])
      .optional()
      .meta({ description: "Id or owner/name of a collection of yours: the slot is one of its class" }),
  })
  .refine((input) => input.slot === undefined || input.collection === undefined, {
    path: ["collection"],
    error: "send slot or collection, not both",
  })
  .meta({ id: "SlotRequest" });

export const VersionCreate = z
  .strictObject({
    upload_id: idOf("upl"),
    previews: z.array(idOf("upl")).max(VERSION_PREVIEWS_MAX).default([]).meta({
      description: "Uploads of kind preview. A picture that is named twice is shown once",
    }),
    images: z.array(idOf("img")).max(VERSION_PREVIEWS_MAX).default([]).meta({
      description: "Pictures of your generations, shown behind the uploaded previews",
    }),
    strength: Strength.optional().meta({ description: "Without it: the file's own" }),
    trigger: Trigger.optional().meta({
      description: "Must equal the file's. Of a LoRA of another program: what calls it, without it <name>",
    }),
    words: ForeignWords.optional(),
    changelog: prose(DESCRIPTION_MAX_CHARACTERS).default(""),
  })
  .meta({ id: "VersionCreate" });

/** A published version keeps its strength, because compositions depend on it. */
export const VersionPatch = z
  .strictObject({
    changelog: prose(DESCRIPTION_MAX_CHARACTERS).optional(),
    strength: Strength.optional().meta({ description: "Of drafts only" }),
    previews: z
      .array(z.union([idOf("img"), idOf("upl")]))
      .max(VERSION_PREVIEWS_MAX)
      .optional()
      .meta({
        description:
          "The whole new row of previews: ids of pictures that the version has, of your generations, or of uploads. One that is named twice is shown once",
      }),
  })
  .meta({ id: "VersionPatch" });

export const Reason = z
  .strictObject({ reason: optionalMessage(YANK_REASON_MAX_CHARACTERS).default("") })
  .meta({ id: "Reason" });

const counts = { uses: z.int(), downloads: z.int(), likes: z.int() };

export const AdapterStatistics = z
  .object({
    totals: z.object({ ...counts, comments: z.int(), remixes: z.int() }),
    days: z
      .array(z.object({ day: z.iso.date(), ...counts }))
      .meta({ description: "The last 30 days in UTC, oldest first, today last" }),
    used_with: z
      .array(z.object({ ref: AdapterRef, title: z.string(), uses: z.int() }))
      .meta({ description: "Public adapters that were drawn together with it, most often first" }),
  })
  .meta({ id: "AdapterStatistics" });
export type AdapterStatistics = z.infer<typeof AdapterStatistics>;

/**
 * SHA-256 of a file or of its tensors, AutoV2 (the first ten digits of the file's), AutoV3 (the first twelve of the tensors') or the twelve
 * digits of the file's that AUTOMATIC1111's web UI writes into pictures; upper or lower case.
 */
export const FileHash = z
  .string()
  .regex(/^(?:[0-9A-Fa-f]{10}|[0-9A-Fa-f]{12}|[0-9A-Fa-f]{64})$/, "must be 10, 12 or 64 hexadecimal digits");
/** One of a list: another kind of hash is merely unknown, and takes nothing from the others. */
export const AnyHash = token(JSON_BODY_MAX_BYTES);

export const HashesLookup = z
  .strictObject({ hashes: z.array(AnyHash).min(1).max(HASHES_LOOKED_UP_MAX) })
  .meta({ id: "HashesLookup" });

export const HashesFound = z
  .object({ items: z.array(z.object({ hash: z.string(), version: orNull(Version) })) })
  .meta({ id: "HashesFound" });
