// Compositions: a saved set of adapter versions with strengths and regions, and what is computed from it without a GPU.

import { z } from "zod";
import { Strength, Trigger } from "./adapters.ts";
import { AdapterRef, Handle, idOf, Timestamp } from "./ids.ts";
import { COMPOSITION_MEMBERS_MAX, PROMPT_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from "./limits.ts";
import { orNull } from "./nullable.ts";
import { optionalMessage, optionalTitle, token } from "./text.ts";

/** `owner/name` or `owner/name:3` of a mix; without a number its newest version is meant. */
export const MixRef = AdapterRef.meta({
  description: "owner/name of a mix, or owner/name:number for one version",
});

const fraction = (what: string) =>
  z
    .number({ error: `${what} must be a number from 0 to 1` })
    .min(0)
    .max(1);

/** A box in fractions of the canvas; (0, 0) is the upper left corner. */
export const Region = z
  .strictObject({
    x: fraction("x"),
    y: fraction("y"),
    width: fraction("width").refine((v) => v > 0, "must be larger than 0"),
    height: fraction("height").refine((v) => v > 0, "must be larger than 0"),
  })
  // The tolerance lets a box computed in floating point touch the edge.
  .refine((r) => r.x + r.width <= 1 + 1e-6, {
    path: ["width"],
    error: "the region leaves the canvas on the right",
  })
  .refine((r) => r.y + r.height <= 1 + 1e-6, {
    path: ["height"],
    error: "the region leaves the canvas at the bottom",
  })
  .meta({ id: "Region" });
export type Region = z.infer<typeof Region>;

/** Several people's adapters may share a trigger; in one prompt each needs a word of its own. */
export const Alias = Trigger.optional().meta({
  description:
    "The word that calls it in this prompt, such as <ivy-2>. Without it: its trigger. No two members may answer to one word",
});

export const Member = z
  .strictObject({
    version_id: idOf("ver").optional(),
    ref: AdapterRef.optional(),
    strength: Strength.optional().meta({
      description: "Without it: what the version's owner recommends",
    }),
    region: orNull(Region).optional(),
    as: Alias,
  })
  .refine((m) => (m.version_id === undefined) !== (m.ref === undefined), {
    error: "needs exactly one of version_id and ref",
  })
  .meta({ id: "Member" });
export type Member = z.infer<typeof Member>;

export const CompositionCreate = z
  .strictObject({
    base: token(64).optional(),
    title: optionalTitle(TITLE_MAX_CHARACTERS).default(""),
    members: z.array(Member).min(1).max(COMPOSITION_MEMBERS_MAX),
    prompt: optionalMessage(PROMPT_MAX_CHARACTERS).default(""),
    forked_from: MixRef.optional().meta({ description: "The mix that this one was made from" }),
  })
  .meta({ id: "CompositionCreate" });

/** Of a member that is a LoRA of another program. */
export const MemberForeign = z
  .object({
    words: orNull(z.string()).meta({
      description: "Read in place of its trigger; null: it acts on the whole picture",
    }),
  })
  .meta({
    id: "MemberForeign",
    description: "Only of a LoRA of another program: no picture with it is exact",
  });

export const ResolvedMember = z
  .object({
    version_id: idOf("ver"),
    ref: AdapterRef,
    trigger: Trigger.meta({ description: "The word that calls it here" }),
    strength: Strength,
    slot: z.int().nullable().meta({ description: "Null for a LoRA of another program" }),
    region: orNull(Region),
    foreign: MemberForeign.optional(),
  })
  .meta({ id: "ResolvedMember" });
export type ResolvedMember = z.infer<typeof ResolvedMember>;

export const CrosstalkPair = z
  .object({
    a: idOf("ver"),
    b: idOf("ver"),
    shared_columns_per_layer: z.int().meta({
      description:
        "Columns of the rank in which both act at one position, in the layer where they are most; 0 where their gates are never open together",
    }),
    rank: z.int(),
    gates_overlap: z.number().min(0).max(1).nullable().meta({
      description:
        "On a base with gates: the share of the smaller one's place in which both may act, by the members' boxes; 0 where they have places of their own. Otherwise null",
    }),
    exact: z.boolean().meta({
      description:
        "Neither acts on the other: no column is shared (down_a @ down_b.T = 0 in every layer), or their gates are never open at one position",
    }),
  })
  .meta({ id: "CrosstalkPair" });

export const PERMISSIONS = ["credit", "commercial_use", "derivatives", "different_licence"] as const;

export const Ancestor = z
  .object({
    composition_id: idOf("cmp"),
    ref: MixRef.nullable().meta({ description: "null where the mix is hidden or gone" }),
    title: z.string().nullable(),
  })
  .meta({ id: "Ancestor" });
export type Ancestor = z.infer<typeof Ancestor>;

export const MERGED_FORMATS = ["peft", "kohya"] as const;
export type MergedFormat = (typeof MERGED_FORMATS)[number];

export const Composition = z
  .object({
    id: idOf("cmp"),
    owner: Handle,
    base: z.string(),
    title: z.string(),
    prompt: z.string(),
    members: z.array(ResolvedMember),
    crosstalk: z.object({ pairs: z.array(CrosstalkPair) }),
    licence: z.object({
      credit: z.boolean(),
      commercial_use: z.boolean(),
      derivatives: z.boolean(),
      different_licence: z.boolean(),
      limited_by: z.array(z.object({ permission: z.enum(PERMISSIONS), ref: AdapterRef })).meta({
        description: "Which adapter demands credit or forbids a use",
      }),
    }),
    estimate: z.object({
      jobs_ahead: z.int(),
      seconds_per_image: z.number().nullable().meta({
        description: "From the last finished generations on this base; null before the first",
      }),
    }),
    warnings: z.array(z.string()),
    mix: MixRef.nullable().meta({
      description: "owner/name:number once it is published; from then on nothing in it changes",
    }),
    forked_from: orNull(Ancestor),
    download_url: z.string().meta({
      description: "All its adapters in one file; add ?format=peft or ?format=kohya",
    }),
    created_at: Timestamp,
    published_at: Timestamp.nullable(),
  })
  .meta({ id: "Composition" });
export type Composition = z.infer<typeof Composition>;
