// What the publish dialog asks and sends. Pure but for `publishMix`, which creates the composition once and retries with it.

import { NAME_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { api, type CompositionCreate, type Generation, type Reply } from "../../api.ts";
import { type Mix, type MixPublish, type MixWithVersions, mixes, type Rating } from "../../api-mixes.ts";

export interface About {
  name: string;
  title: string;
  description: string;
  visibility: "public" | "unlisted" | "private";
  rating: Rating;
  changelog: string;
  /** Use the picture as the mix's cover. */
  cover: boolean;
}

const NEW: About = {
  ...{ name: "", title: "", description: "", changelog: "" },
  ...{ visibility: "public", rating: "general", cover: true },
};

/** The dialog's values: what was entered, else those of the existing mix of that name, else defaults. */
export function aboutOf(
  entered: Partial<About>,
  existing: Pick<Mix, "title" | "description" | "visibility" | "rating"> | null,
): About {
  if (existing === null) return { ...NEW, ...entered };
  const { title, description, visibility, rating } = existing;
  return { ...NEW, title, description, visibility, rating, ...entered };
}

/** A name derived from a title, with the characters that an address allows. */
export function nameOf(title: string): string {
  return title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, NAME_MAX_CHARACTERS)
    .replace(/^-+|-+$/g, "");
}

/** Exactly what generated the picture: versions, strengths and boxes. */
export function compositionOf(request: Generation["request"], from: string | null): CompositionCreate {
  return {
    members: request.adapters.map(({ version_id, strength, region, trigger }) => ({
      ...{ version_id, strength, region },
      as: trigger,
    })),
    prompt: request.prompt,
    ...(from !== null && { forked_from: from }),
  };
}

export function publishRequest(about: About, imageId: string): MixPublish {
  const { name, title, description, visibility, rating, changelog, cover } = about;
  return {
    ...{ name, description, visibility, rating, changelog },
    ...(title.trim() !== "" && { title: title.trim() }),
    ...(cover && { cover_image_id: imageId as `img_${string}` }),
  };
}

/** `made` keeps the composition between two attempts, so that a refused name does not leave a second one behind. */
export async function publishMix(
  made: { id: string | null },
  request: Generation["request"],
  from: string | null,
  mix: MixPublish,
): Promise<Reply<MixWithVersions>> {
  if (made.id === null) {
    const composed = await api.compose(compositionOf(request, from));
    if (!composed.ok) return composed;
    made.id = composed.value.id;
  }
  return mixes.publish(made.id, mix);
}
