// LoRAs of other programs in the catalog ("foreign adapters"): which files are taken, and what is known of one. They have no slot and act on
// every word and place, so a picture with one is never an exact composition.

import { z } from "zod";
import { FOREIGN_WORDS_MAX_CHARACTERS } from "./limits.ts";
import { orNull } from "./nullable.ts";
import { optionalTitle } from "./text.ts";

/** Who names tensors so: kohya's scripts, PEFT (diffusers), diffusers' attention processors of 2023, and LyCORIS its LoHa and LoKr. */
export const FOREIGN_LAYOUTS = ["kohya", "peft", "diffusers", "lycoris"] as const;
export const FOREIGN_TRIGGERS_MAX = 8;
/** What a file says of itself is shown, and cut. */
export const FOREIGN_SAID_MAX_CHARACTERS = 200;

/** The families of bases that take them (bases.ts). */
export const FOREIGN_FAMILIES = ["sd", "zimage"] as const;

export const ForeignWords = optionalTitle(FOREIGN_WORDS_MAX_CHARACTERS).meta({
  description:
    "Of a LoRA of another program: what its users write in prompts, read in the trigger's place. Empty: none. Without it: the first that the file names",
});

export const Foreign = z
  .object({
    exact: z
      .literal(false)
      .meta({ description: "It changes other words and places as well; no slot keeps it apart" }),
    layout: z.enum(FOREIGN_LAYOUTS).meta({ description: "Whose names its tensors have" }),
    rank: z
      .int()
      .positive()
      .meta({ description: "Of its widest layer; where factors have none, the largest that they can have" }),
    layers: z.int().positive().meta({ description: "How many layers it changes" }),
    words: orNull(z.string()).meta({
      description:
        "What stands for its trigger in a prompt, such as `rexdog dog`: where a prompt names the trigger, it acts there alone. Null: always on the whole picture",
    }),
    triggers: z.array(z.string()).meta({ description: "Words that the file says it was trained on" }),
    trained_on: orNull(z.string()).meta({ description: "The base that the file names" }),
    licence: orNull(z.string()).meta({ description: "The licence that the file names" }),
  })
  .meta({ id: "Foreign", description: "What a version of a LoRA of another program has in place of a slot" });
export type Foreign = z.infer<typeof Foreign>;
