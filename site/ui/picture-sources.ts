// The sizes that a picture of the API comes in, as attributes of an <img>. Pure.

import { IMAGE_WIDTHS } from "../../schema/contract/limits.ts";

const IMAGE = /\/v1\/images\/img_[a-z0-9]+$/;

/** Any other address as it is. */
export function sourcesOf(src: string, sizes: string): { src: string; srcset?: string; sizes?: string } {
  if (!IMAGE.test(src)) return { src };
  const at = (width: number) => `${src}?width=${width}`;
  // `src` last: an <img> that is given it first would load it before it knows better.
  return { srcset: IMAGE_WIDTHS.map((width) => `${at(width)} ${width}w`).join(", "), sizes, src: at(384) };
}
