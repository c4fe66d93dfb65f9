// The cover of a mix: the picture that its owner chose, else its members' portraits side by side. Pure.

import type { Mix } from "../api-mixes.ts";
import type { FullPicture } from "./full-picture.ts";

export type Covered = Pick<Mix, "cover" | "members">;

/** Where no picture was chosen, the API answers with the first member's portrait. */
export function hasOwnCover({ cover, members }: Covered): boolean {
  const portrait = members.find(({ preview }) => preview !== null)?.preview;
  return cover !== null && cover.id !== portrait?.id;
}

export const PORTRAITS_SHOWN = 3;
/** Wider ones are cropped, because a card as wide as the page would fill a row alone. */
const RATIO_MAX = 3;

/** Width by height of what is shown. */
export function coverRatio(mix: Covered): number {
  if (mix.cover && hasOwnCover(mix)) return Math.min(RATIO_MAX, mix.cover.width / mix.cover.height);
  return Math.max(1, Math.min(PORTRAITS_SHOWN, mix.members.length));
}

/** The same pictures, to be shown in full size. */
export function fullPicturesOf(mix: Pick<Mix, "cover" | "members" | "title">): FullPicture[] {
  if (mix.cover && hasOwnCover(mix)) return [{ src: mix.cover.url, title: mix.title }];
  return mix.members.flatMap(({ preview, title, ref }) =>
    preview ? [{ src: preview.url, title: title ?? ref }] : [],
  );
}
