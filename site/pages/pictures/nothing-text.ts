// What the feed says where it has no picture to show. Pure.

import type { PictureQuery } from "../../api-pictures.ts";

const HOW = "Nothing is shown here by itself: generate a picture, then press Share below it.";

/** `wasNotified`: a notification of pictures that were shared with this adapter led here, so that there were some. */
export function nothingText(
  query: PictureQuery,
  { isYours, wasNotified }: { isYours: boolean; wasNotified: boolean },
): { title: string; text: string } {
  if (isYours) return { title: "You have shared none yet", text: HOW };
  const { adapter, sort: _, ...others } = query;
  if (adapter && Object.keys(others).length === 0) {
    return wasNotified
      ? {
          title: "They are no longer shown",
          text: `Pictures were shared with ${adapter}. They were withdrawn or removed since, somebody in them is not public at the moment, or they have a rating that you do not show.`,
        }
      : { title: `No picture with ${adapter} is shown`, text: HOW };
  }
  if (adapter || Object.keys(others).length > 0) return { title: "Nothing matches", text: HOW };
  return { title: "Nobody has shared one yet", text: HOW };
}
