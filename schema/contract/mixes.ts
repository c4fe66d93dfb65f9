// Mixes: published compositions with a name and numbered versions, as they travel.

import { z } from "zod";
import { Name, Picture, Visibility } from "./adapters.ts";
import { Ancestor, Composition, MixRef, ResolvedMember } from "./compositions.ts";
import { AdapterRef, Handle, idOf, Timestamp } from "./ids.ts";
import { DESCRIPTION_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "./limits.ts";
import { RATINGS, Rating } from "./moderation.ts";
import { orNull } from "./nullable.ts";
import { prose, title } from "./text.ts";

const description = prose(DESCRIPTION_MAX_CHARACTERS);
const mixTitle = title(TITLE_MAX_CHARACTERS);
const cover = idOf("img").meta({
  description: "A picture of yours that was drawn with exactly these adapter versions",
});

export const MixState = z.enum(["published", "withdrawn", "removed"]);
export const MIX_SORTS = ["newest", "most_used", "most_liked"] as const;

/** Publishing under a name that the caller's mix has already makes its next version; what is left out stays as it was. */
export const MixPublish = z
  .strictObject({
    name: Name,
    title: mixTitle.optional().meta({ description: "Without it: the composition's own, else the name" }),
    description: description.optional(),
    visibility: Visibility.optional().meta({ description: "public for a new mix" }),
    changelog: prose(DESCRIPTION_MAX_CHARACTERS).default(""),
    rating: Rating.optional().meta({ description: "Never less than that of any adapter in it" }),
    cover_image_id: cover.optional(),
  })
  .meta({ id: "MixPublish" });

export const MixPatch = z
  .strictObject({
    title: mixTitle.optional(),
    description: description.optional(),
    visibility: Visibility.optional(),
    rating: Rating.optional().meta({
      description: "Never less than that of any adapter in it; what moderators rated can only be raised",
    }),
    cover_image_id: cover.nullable().optional().meta({
      description: "Drawn with the newest version's adapters; null goes back to a portrait",
    }),
  })
  .meta({ id: "MixPatch" });

/** Several of them, separated by commas: a list shows exactly these, never a range. */
export const RatingSet = z
  .string()
  .regex(/^(?:general|sensitive|explicit)(?:,(?:general|sensitive|explicit)){0,2}$/, {
    error: `must be one or more of ${RATINGS.join(", ")}, separated by commas`,
  })
  .transform((text) => text.split(",") as Rating[]);

export const MixFork = z
  .strictObject({
    number: z.int().positive().optional().meta({ description: "Without it: the newest version" }),
  })
  .meta({ id: "MixFork" });

export const MixMember = ResolvedMember.extend({
  title: z.string().nullable().meta({ description: "null where the adapter is hidden or gone" }),
  preview: orNull(Picture),
  available: z.boolean().meta({ description: "New pictures can be drawn with it" }),
}).meta({ id: "MixMember" });

export const MixVersion = z
  .object({
    number: z.int().positive(),
    ref: MixRef,
    composition_id: idOf("cmp"),
    changelog: z.string(),
    member_refs: z.array(AdapterRef),
    published_at: Timestamp,
  })
  .meta({ id: "MixVersion" });

export const Mix = z
  .object({
    id: idOf("mix"),
    ref: MixRef,
    owner: Handle,
    name: Name,
    title: z.string(),
    description: z.string(),
    base: z.string(),
    visibility: Visibility,
    state: MixState,
    rating: Rating,
    cover: orNull(Picture).meta({ description: "Its cover, else the portrait of its first adapter" }),
    number: z.int().positive().meta({ description: "The version shown here; of a list, the newest" }),
    composition_id: idOf("cmp"),
    members: z.array(MixMember),
    uses: z.int().meta({ description: "Generations that finished with it" }),
    likes: z.int(),
    comments: z.int(),
    forks: z.int().meta({ description: "People who made one of their own from it" }),
    share_url: z.string(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "Mix" });
export type Mix = z.infer<typeof Mix>;

export const MixWithVersions = Mix.extend({
  composition: Composition,
  versions: z.array(MixVersion).meta({ description: "Newest first" }),
  forked_from: z.array(Ancestor).meta({ description: "What it was made from, and what that was made from" }),
}).meta({ id: "MixWithVersions" });
export type MixWithVersions = z.infer<typeof MixWithVersions>;
