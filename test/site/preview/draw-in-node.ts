// Draws previews outside a browser, with the browser's own code and runtime: node draw-in-node.ts FOLDER ASK ... The folder holds a base
// (weights, world, graphs, shapes) and a folder for each of the asks, with request.json and the members' files 0.safetensors ...; each picture is
// written to picture.f32 beside them. One session draws them all, as on a page. Started by test/runner/onnx/test_preview.py, which compares the
// pictures with the runner's.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readAdapter } from "../../../site/preview/adapter-file.ts";
import { calledMembers, castingOf, draw } from "../../../site/preview/draw.ts";
import type { PreviewRequest } from "../../../site/preview/messages.ts";
import { openSession } from "../../../site/preview/session.ts";
import type { Shapes } from "../../../site/preview/shapes.ts";

const [folder = "", ...asks] = process.argv.slice(2);
const read = (...path: string[]) => new Uint8Array(readFileSync(join(folder, ...path)));
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const runtime = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));

const shapes: Shapes = json("shapes.json");
const session = await openSession(
  {
    wasm: new Uint8Array(readFileSync(join(runtime, "ort-wasm-simd-threaded.wasm"))),
    text: read("text.onnx"),
    denoiser: read("denoiser.onnx"),
    sharpener: read("sharpener.onnx"),
    weights: read("model.safetensors"),
    sharpenerWeights: read("sharpener.safetensors"),
    world: read("world.json"),
  },
  shapes,
  pathToFileURL(join(runtime, "ort-wasm-simd-threaded.mjs")).href,
  1,
);
for (const ask of asks) {
  const request: PreviewRequest = json(ask, "request.json");
  const casting = castingOf(request, session.palettes);
  if ("refused" in casting) throw new Error(casting.refused);
  const files = calledMembers(request, casting).map(({ url }) => readAdapter(read(ask, url), shapes));
  const picture = await draw(session, request, { casting, files }, async () => true);
  if (!picture) throw new Error("The sampler was stopped.");
  const bytes = new Uint8Array(picture.buffer, picture.byteOffset, picture.byteLength);
  writeFileSync(join(folder, ask, "picture.f32"), bytes);
}
