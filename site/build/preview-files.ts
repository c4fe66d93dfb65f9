// Emits what the browser preview downloads: runtime, graphs, the weights of every base, under names with a content hash.
// Pages import the list as the module `virtual:preview-files`. Nothing here is fetched before someone starts a preview.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import cast from "../preview/cast/cast.json" with { type: "json" };
import type { FileParts, PreviewFiles } from "../preview/files.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const GRAPHS = join(ROOT, "site", "preview", "cast");
const BASES = join(ROOT, "gpu-runner", "bases");
const DESCRIPTIONS = join(ROOT, "schema", "bases");
const RUNTIME = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
const RUNTIME_NAME = "ort-wasm-simd-threaded";
/** Workers take static assets up to 25 MiB. */
const PART_BYTES_MAX = 16 * 2 ** 20;
const ID = "virtual:preview-files";
const RESOLVED = `\0${ID}`;

export function previewFiles(): Plugin {
  return {
    name: "orthoplex-preview-files",
    resolveId: (id) => (id === ID ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const emit = (fileName: string, source: Uint8Array) => {
        this.emitFile({ type: "asset", fileName, source });
        return `/${fileName}`;
      };
      const lay = (name: string, content: Uint8Array): FileParts => {
        const starts = Array.from(
          { length: Math.max(1, Math.ceil(content.length / PART_BYTES_MAX)) },
          (_, part) => part * PART_BYTES_MAX,
        );
        const parts = starts.map((start, part) => {
          const bytes = content.subarray(start, start + PART_BYTES_MAX);
          const ending = starts.length > 1 ? `.${part}` : "";
          return { url: emit(`preview/${digestOf(bytes)}/${name}${ending}`, bytes), bytes: bytes.length };
        });
        return { parts };
      };
      const read = (...path: string[]) => readFileSync(join(...path));
      const loader = read(RUNTIME, `${RUNTIME_NAME}.mjs`);
      const shared = {
        wasm: lay(`${RUNTIME_NAME}.wasm`, read(RUNTIME, `${RUNTIME_NAME}.wasm`)),
        loader: emit(`preview/${digestOf(loader)}/${RUNTIME_NAME}.mjs`, loader),
        text: lay("text.onnx", read(GRAPHS, "text.onnx")),
        denoiser: lay("denoiser.onnx", read(GRAPHS, "denoiser.onnx")),
        sharpener: lay("sharpener.onnx", read(GRAPHS, "sharpener.onnx")),
      };
      const bases: Record<string, PreviewFiles> = {};
      for (const base of readdirSync(BASES).sort()) {
        const weights = join(BASES, base, "model.safetensors");
        // Weights of a base that is still in training lie there without a description: nobody is offered it.
        if (!existsSync(join(DESCRIPTIONS, `${base}.json`)) || !existsSync(weights)) continue;
        if (!fits(read(weights), read(BASES, base, "sharpener.safetensors"))) continue;
        const { vocabulary, palettes } = JSON.parse(read(BASES, base, "world.json").toString("utf8"));
        bases[base] = {
          ...shared,
          weights: lay(`${base}.safetensors`, read(weights)),
          sharpenerWeights: lay(`${base}-sharpener.safetensors`, read(BASES, base, "sharpener.safetensors")),
          world: lay(`${base}.json`, Buffer.from(JSON.stringify({ vocabulary, palettes }))),
        };
      }
      return `export const previewFiles = ${JSON.stringify(bases)};`;
    },
  };
}

/** Whether the graphs have the shapes of these weights. A base with other shapes runs on runners only. */
function fits(weights: Buffer, sharpener: Buffer): boolean {
  const config = JSON.parse(headerOf(weights).__metadata__?.config ?? "{}");
  const tensors = headerOf(sharpener);
  return (
    Object.entries(cast.config).every(([name, value]) => config[name] === value) &&
    Object.entries(cast.sharpener).every(([name, shape]) => tensors[name]?.shape?.join() === shape.join())
  );
}

function headerOf(file: Buffer): Record<string, { config?: string; shape?: number[] }> {
  return JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString("utf8"));
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
