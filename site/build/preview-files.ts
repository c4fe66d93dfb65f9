// Emits what the browser preview downloads: runtime, graphs, the weights of every base, under names with a content hash.
// Pages import the list as the module `virtual:preview-files`. Nothing here is fetched before someone starts a preview.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";
import type { FileParts, PreviewFiles } from "../preview/files.ts";
import type { Shapes } from "../preview/shapes.ts";

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

type TensorShapes = Record<string, number[]>;
type BuiltShapes = Shapes & { sharpener: TensorShapes };

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
      };
      const bases: Record<string, PreviewFiles> = {};
      for (const base of readdirSync(BASES).sort()) {
        const weights = join(BASES, base, "model.safetensors");
        // Weights of a base that is still in training lie there without a description: nobody is offered it.
        if (!existsSync(join(DESCRIPTIONS, `${base}.json`)) || !existsSync(weights)) continue;
        // A base without graphs of its own runs on runners only.
        if (!existsSync(join(GRAPHS, base))) continue;
        const { sharpener, ...shapes }: BuiltShapes = JSON.parse(
          read(GRAPHS, base, "shapes.json").toString("utf8"),
        );
        if (!fits(shapes, sharpener, read(weights), read(BASES, base, "sharpener.safetensors"))) continue;
        const { vocabulary, palettes } = JSON.parse(read(BASES, base, "world.json").toString("utf8"));
        bases[base] = {
          ...shared,
          shapes,
          text: lay(`${base}-text.onnx`, read(GRAPHS, base, "text.onnx")),
          denoiser: lay(`${base}-denoiser.onnx`, read(GRAPHS, base, "denoiser.onnx")),
          sharpener: lay(`${base}-sharpener.onnx`, read(GRAPHS, base, "sharpener.onnx")),
          weights: lay(`${base}.safetensors`, read(weights)),
          sharpenerWeights: lay(`${base}-sharpener.safetensors`, read(BASES, base, "sharpener.safetensors")),
          world: lay(`${base}.json`, Buffer.from(JSON.stringify({ vocabulary, palettes }))),
        };
      }
      return `export const previewFiles = ${JSON.stringify(bases)};`;
    },
  };
}

/** Whether the graphs have the shapes of these weights: graphs are made from a description, weights by a training. */
function fits(shapes: Shapes, sharpenerShapes: TensorShapes, weights: Buffer, sharpener: Buffer): boolean {
  const config: Record<string, unknown> = JSON.parse(headerOf(weights).__metadata__?.config ?? "{}");
  const tensors = headerOf(sharpener);
  return (
    Object.entries(shapes.config).every(([name, value]) => config[name] === value) &&
    Object.entries(sharpenerShapes).every(([name, shape]) => tensors[name]?.shape?.join() === shape.join())
  );
}

function headerOf(file: Buffer): Record<string, { config?: string; shape?: number[] }> {
  return JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString("utf8"));
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}
