// A shared picture in a list in every state, and what is asked before one is shared.

import { EMBEDDED_BASE } from "../../../schema/bases/index.ts";
import type { SharedPicture } from "../../api-pictures.ts";
import { PictureCard } from "../../ui/picture-card.tsx";
import { ShareForm } from "../compose/share-dialog.tsx";

const SHARED_AT = "2026-01-01T00:00:00.000Z";
const NOW = Date.parse(SHARED_AT) + 3 * 3_600_000;
const REGION = { x: 0, y: 0, width: 0.5, height: 1 };

const memberOf = (name: string, i: number) => ({
  ...{
    version_id: `ver_gallery${i}` as const,
    ref: `o/${name}:1`,
    trigger: `<${name}>`,
    strength: 1,
    slot: i,
  },
  ...{ region: i === 0 ? REGION : null, title: name, preview: null, available: true },
});

function pictureOf(id: string, names: readonly string[], more: Partial<SharedPicture> = {}): SharedPicture {
  const [width, height] = [256 * Math.max(1, names.length), 256];
  const prompt = names.map((name) => `<${name}> smiling`).join("; ") || "a red kite";
  const members = names.map(memberOf);
  return {
    ...{
      id: `pic_gallery${id}` as const,
      owner: "ana",
      base: EMBEDDED_BASE.id,
      prompt,
      members,
      rating: "general",
    },
    ...{ state: "published", listed: true, likes: 0, page_url: "/pictures/", shared_at: SHARED_AT },
    image: { id: "img_gallery", url: "/favicon.svg", width, height },
    recipe: { prompt, seed: 7, steps: 24, guidance: 1, size: `${width}x${height}`, adapters: members },
    ...more,
  };
}

const STATES = [
  pictureOf("1", ["ana"], { likes: 1 }),
  pictureOf("2", ["ana", "bo"], { likes: 1_204 }),
  pictureOf("3", []),
  pictureOf("4", ["ana"], { rating: "sensitive", likes: 12 }),
  pictureOf("5", ["bo"], { listed: false }),
  pictureOf("6", ["bo"], { listed: false, state: "removed" }),
];
const nothing = () => {};

export function SharedPictures() {
  return (
    <>
      <div class="mix-rows">
        {STATES.map((picture) => (
          <PictureCard key={picture.id} picture={picture} now={NOW} />
        ))}
      </div>
      <ShareForm
        image={{ id: "img_gallery", url: "/favicon.svg", width: 512, height: 256, seed: 7, recipe: null }}
        request={{
          ...{ composition_id: null, prompt: "<ana> smiling; <bo> laughing", negative_prompt: "", seed: 7 },
          ...{ steps: 24, guidance: 1, size: "512x256", count: 1, adapters: ["ana", "bo"].map(memberOf) },
        }}
        handle="ana"
        onShared={nothing}
        onClose={nothing}
      />
    </>
  );
}
