// Training again, or further: the form begins with the pictures and captions of an earlier training, so that one adds to what there was.
// Further begins with the weights of its version as well.

import { api, type Training } from "../../api.ts";
import { type Chosen, readPicture } from "./pictures.ts";

export const againUrl = ({ id, request }: Training) => `/publish/?adapter=${request.adapter}&from=${id}`;

/** Null before there is a version. */
export function furtherUrl(training: Training): string | null {
  const { result } = training;
  return result && `${againUrl(training)}&further=${result.version_id}`;
}

/** Those that can still be had: the pictures of an old training may have been deleted. */
export async function picturesOf(id: string): Promise<readonly Chosen[]> {
  const reply = await api.training(id);
  if (!reply.ok) return [];
  const read = await Promise.all(reply.value.request.images.map(chosenOf));
  return read.flatMap((picture) => picture ?? []);
}

async function chosenOf(
  { url, caption }: { url: string; caption: string },
  i: number,
): Promise<Chosen | null> {
  const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (!response?.ok) return null;
  const blob = await response.blob();
  const read = await readPicture(new File([blob], `picture-${i + 1}.png`, { type: blob.type }));
  return "picture" in read ? { ...read.picture, caption } : null;
}
