// Draws one preview outside a browser, with the browser's own code and runtime: node draw-in-node.ts FOLDER. The folder holds
// a base (weights, world, graphs, shapes), request.json and the members' files 0.safetensors ...; the picture is written
// to picture.f32. Started by test/runner/onnx/test_preview.py, which compares it with the runner's.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { readAdapter } from "../../../site/preview/adapter-file.ts";
import { calledMembers, castingOf, draw } from "../../../site/preview/draw.ts";
import type { PreviewRequest } from "../../../site/preview/messages.ts";
import { openSession } from "../../../site/preview/session.ts";
import type { Shapes } from "../../../site/preview/shapes.ts";

const folder = process.argv[2] ?? "";
const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const runtime = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));

const shapes: Shapes = json("shapes.json");
const request: PreviewRequest = json("request.json");
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
const casting = castingOf(request, session.palettes);
if ("refused" in casting) throw new Error(casting.refused);
const files = calledMembers(request, casting).map(({ url }) => readAdapter(read(url), shapes));
const picture = await draw(session, request, { casting, files }, async () => true);
if (!picture) throw new Error("The sampler was stopped.");
writeFileSync(
  join(folder, "picture.f32"),
  new Uint8Array(picture.buffer, picture.byteOffset, picture.byteLength),
);
