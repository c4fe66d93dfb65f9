// A picture to be shown in full size, and what its file says: a PNG of ours carries its recipe.

import type { Form } from "../composition/form.ts";
import { recipeIn } from "../composition/png-text.ts";
import { formOfRecipe } from "../composition/recipe.ts";

export interface FullPicture {
  /** The file itself, not one of its smaller sizes. */
  src: string;
  title: string;
  /** The recipe from the API, where the file may have lost its own. */
  recipe?: unknown;
  /** How to get the file where the server may not return it any more. */
  bytes?: () => Promise<Blob | null>;
}

export interface OpenedPicture {
  /** Of the file's bytes in memory; revoked by whoever opened it. */
  url: string;
  /** Null for a picture that was not generated here. */
  recipe: unknown;
  form: Form | null;
  fileName: string;
}

/** Null where the file cannot be had. */
export async function openPicture(picture: FullPicture): Promise<OpenedPicture | null> {
  const { src, bytes = () => bytesAt(src) } = picture;
  const blob = await bytes();
  if (!blob) return null;
  const recipe = recipeIn(new Uint8Array(await blob.arrayBuffer())) ?? picture.recipe ?? null;
  const extension = blob.type.split("/")[1] ?? "png";
  return {
    url: URL.createObjectURL(blob),
    recipe,
    form: formOfRecipe(recipe),
    fileName: `${nameOf(picture)}.${extension}`,
  };
}

async function bytesAt(src: string): Promise<Blob | null> {
  const response = await fetch(src, { credentials: "same-origin" }).catch(() => null);
  return response?.ok ? response.blob() : null;
}

const nameOf = ({ title, src }: FullPicture) =>
  [title, src.slice(-6)]
    .join("-")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
