// Converts the PNGs of the built pages to lossy WebP, a fifth of the bytes, and replaces the names of PNGs in pages, styles
// and scripts. In development Vite serves the files themselves.

import sharp from "sharp";
import type { Plugin } from "vite";

/** Flat drawings with hard edges: below this their outlines fray. */
const QUALITY = 86;

const lossy = (picture: string | Uint8Array) =>
  sharp(picture).webp({ quality: QUALITY, effort: 4 }).toBuffer();

export function webpPictures(): Plugin {
  return {
    name: "orthoplex-webp-pictures",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const renamed = new Map<string, string>();
        for (const [file, output] of Object.entries(bundle)) {
          if (output.type !== "asset" || !file.endsWith(".png")) continue;
          const source = await lossy(output.source);
          const fileName = `${file.slice(0, -".png".length)}.webp`;
          this.emitFile({ type: "asset", fileName, source });
          delete bundle[file];
          renamed.set(file.replace(/^.*\//, ""), fileName.replace(/^.*\//, ""));
        }
        const within = (text: string) => text.replace(/[\w.-]+\.png/g, (name) => renamed.get(name) ?? name);
        for (const output of Object.values(bundle)) {
          if (output.type === "chunk") output.code = within(output.code);
          else if (typeof output.source === "string") output.source = within(output.source);
        }
      },
    },
  };
}
