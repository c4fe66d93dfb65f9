// Shared pictures: generated ones that their owners made public with their recipes, as they travel.

import { z } from "zod";
import { Picture, Recipe } from "./adapters.ts";
import { Handle, idOf, OwnerAndName, Timestamp } from "./ids.ts";
import { pageQuery } from "./lists.ts";
import { MixMember, MixState, RatingSet } from "./mixes.ts";
import { Rating } from "./moderation.ts";
import { token } from "./text.ts";

export const PICTURE_SORTS = ["newest", "most_liked"] as const;

export const PictureShare = z
  .strictObject({
    image_id: idOf("img").meta({ description: "A picture of a generation of yours" }),
    rating: Rating.optional().meta({
      description:
        "Never less than that of any adapter in it. Of a picture that is shared already it changes the rating",
    }),
  })
  .meta({ id: "PictureShare" });

export const PictureQuery = z.strictObject({
  adapter: OwnerAndName.optional().meta({ description: "owner/name of an adapter that is in the picture" }),
  owner: Handle.optional(),
  base: token(64).optional(),
  rating: RatingSet.optional().meta({ description: "Without it: general, and what you chose to see" }),
  sort: z.enum(PICTURE_SORTS).default("newest"),
  ...pageQuery,
});

export const SharedPicture = z
  .object({
    id: idOf("pic"),
    owner: Handle,
    image: Picture,
    base: z.string(),
    prompt: z.string(),
    recipe: Recipe,
    members: z.array(MixMember),
    rating: Rating,
    state: MixState,
    listed: z.boolean().meta({
      description:
        "Others see it. False once it was withdrawn or removed, and while an adapter in it is not public or the version was yanked",
    }),
    likes: z.int().nonnegative(),
    page_url: z.string().meta({ description: "Where it is shown with its recipe" }),
    shared_at: Timestamp,
  })
  .meta({ id: "SharedPicture" });
export type SharedPicture = z.infer<typeof SharedPicture>;
