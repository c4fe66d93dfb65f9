// Loads a base: the three graphs in onnxruntime-web, their weights taken by name out of the base's own safetensors
// files. Runs in the worker.

import * as ort from "onnxruntime-web/wasm";
import { type Header, readHeader } from "../../functions/lib/safetensors.ts";
import type { Session } from "./draw.ts";
import type { FileName } from "./files.ts";
import { fromHalf } from "./half.ts";
import type { Palettes } from "./prompt.ts";
import type { Values } from "./scene.ts";
import { language, type Shapes } from "./shapes.ts";

const WORD_TABLE = "text_encoder.words.weight";

/** world.json as the build trims it. */
interface WorldFile {
  vocabulary: string[];
  palettes: Palettes;
}

export async function openSession(
  files: Record<FileName, Uint8Array<ArrayBuffer>>,
  shapes: Shapes,
  loader: string,
  threads: number,
): Promise<Session> {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmBinary = files.wasm;
  ort.env.wasm.wasmPaths = { mjs: loader };
  const model = tensorsOf(files.weights);
  const sharpener = tensorsOf(files.sharpenerWeights);
  const graphs = {
    text: await create(files.text, model),
    denoiser: await create(files.denoiser, model),
    sharpener: await create(files.sharpener, sharpener),
  };
  const table = model.find(({ path }) => path === WORD_TABLE);
  if (!table) throw new Error(`The weights hold no ${WORD_TABLE}.`);
  const world = JSON.parse(new TextDecoder().decode(files.world)) as WorldFile;
  return {
    shapes,
    vocabulary: vocabularyOf(world),
    palettes: world.palettes,
    table: fromHalf(table.data),
    run: async (graph, inputs) => {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [name, tensorOf(values)]),
      );
      const session = graphs[graph];
      const output = (await session.run(feeds))[session.outputNames[0] as string];
      if (!output) throw new Error(`${graph} gave nothing.`);
      return output.data as Float32Array;
    },
  };
}

function tensorOf({ data, shape }: Values<Float32Array | Int32Array>): ort.Tensor {
  return data instanceof Float32Array
    ? new ort.Tensor("float32", data, shape)
    : new ort.Tensor("int32", data, shape);
}

function create(graph: Uint8Array, weights: { path: string; data: Uint8Array }[]) {
  return ort.InferenceSession.create(graph, { executionProviders: ["wasm"], externalData: weights });
}

/** Every tensor of a safetensors file by name, without copying. */
export function tensorsOf(bytes: Uint8Array): { path: string; data: Uint8Array }[] {
  const header = readHeader(bytes, bytes.length);
  if (header.kind !== "header") throw new Error("The weights are damaged.");
  const { tensors, dataOffset }: Header = header;
  return Object.entries(tensors).map(([path, { begin, end }]) => ({
    path,
    data: bytes.subarray(dataOffset + begin, dataOffset + end),
  }));
}

/** The order of bases/cast/world.py: two marks, the backgrounds, then the base's own words. */
function vocabularyOf(world: WorldFile): ReadonlyMap<string, number> {
  const { pad, null: nothing, backgrounds } = language;
  const words = [pad, nothing, ...backgrounds.map((kind) => `background:${kind}`), ...world.vocabulary];
  return new Map(words.map((word, index) => [word, index]));
}
