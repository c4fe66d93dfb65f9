// A shared picture as links and words: where it is shown, how Compose opens it, what it is called. Pure.

import { excerptOf } from "../../schema/contract/cut-text.ts";
import type { SharedPicture } from "../api-pictures.ts";
import { hashOf } from "../composition/link.ts";
import { formOfRecipe } from "../composition/recipe.ts";
import type { FullPicture } from "./full-picture.ts";

const TITLE_CHARACTERS = 120;

export const pictureUrl = (id: string) => `/pictures/?id=${id}`;
export const picturesWith = (ref: string) => `/pictures/?adapter=${ref}`;

/** The part of the address by which the feed knows that somebody was notified of pictures: where none is left, it says so. */
export const NOTIFIED = "#shared";

/** The recipe as Compose takes it from a picture's file; null where it holds none. */
export function composeUrlOf({ recipe }: Pick<SharedPicture, "recipe">): string | null {
  const form = formOfRecipe(recipe);
  return form && `/compose/#${hashOf(form)}`;
}

/** The first words of its prompt. */
export const titleOf = ({ prompt, owner }: Pick<SharedPicture, "prompt" | "owner">) =>
  excerptOf(prompt, TITLE_CHARACTERS) || `A picture by ${owner}`;

/** Adapters in it without the number of the version: their pages show the newest. */
export const adapterOf = (ref: string) => ref.split(":")[0] ?? ref;

export const fullOf = (picture: SharedPicture): FullPicture => ({
  src: picture.image.url,
  title: titleOf(picture),
  recipe: picture.recipe,
});

/** Why others do not see one's own picture; null where they do. */
export function hiddenBecause({ listed, state }: Pick<SharedPicture, "listed" | "state">): string | null {
  if (listed) return null;
  if (state === "withdrawn") return "withdrawn";
  return state === "removed" ? "removed" : "hidden";
}
