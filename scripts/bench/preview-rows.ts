// The row of `npm run bench` about the browser's preview: one forward pass of the denoiser's graph, with a seed attached, in Chromium
// (onnxruntime-web, WebAssembly, one thread) and in onnxruntime-node, native code, one thread. The same graph, weights and inputs; both answers
// are compared before anything is timed.
//   node scripts/bench/preview-rows.ts [--quick] [--only WORD]

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { chromium, type Page } from "playwright-core";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { readAdapter } from "../../site/preview/adapter-file.ts";
import { calledMembers, castingOf, draw } from "../../site/preview/draw.ts";
import type { Values } from "../../site/preview/scene.ts";
import { openSession, tensorsOf } from "../../site/preview/session.ts";
import type { Shapes } from "../../site/preview/shapes.ts";
import { findOrInstallChromium } from "../chromium.ts";
import { LOCAL, ROOT, SEEDS } from "../local/paths.ts";
import { type Plan, printMissing, printRow } from "./print-row.ts";
import { interleaved } from "./timing.ts";

const PEER = "onnxruntime-node";
/** The version of onnxruntime-web, so that both have the same kernels. */
const RUNTIME = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
const VERSION: string = JSON.parse(readFileSync(join(RUNTIME, "..", "package.json"), "utf8")).version;
const ORIGIN = "http://bench.test";
const SEED = "azul";
/** Both compute in fp32, in another order. */
const DIFFERENCE_MAX = 1e-3;

const PLAN: Plan = {
  ...{ id: "preview-browser", what: "the preview's denoiser, one pass, in Chromium" },
  ...{ against: `${PEER}, same graph`, goal: "<= 1.5", band: [0.5, 20], note: "" },
  closes:
    "WebAssembly has vectors of 128 bits and no fused multiply-add without relaxed SIMD; WebGPU is not there on a machine without a GPU.",
};

type Feeds = Record<string, Values<Float32Array | Int32Array>>;
type Sent = { type: "float32" | "int32"; data: number[]; shape: readonly number[] };
interface Native {
  InferenceSession: typeof InferenceSession;
  Tensor: typeof Tensor;
}
async function main(quick: boolean): Promise<void> {
  const executablePath = await findOrInstallChromium();
  if (!executablePath) return printMissing(PLAN.id, "Chromium");
  const native = await peer();
  if (!native) return printMissing(PLAN.id, PEER);
  const folder = join(ROOT, "gpu-runner", "bases", EMBEDDED_BASE.id);
  const graphs = join(ROOT, "site", "preview", "cast", EMBEDDED_BASE.id);
  const files = {
    graph: bytesOf(join(graphs, "denoiser.onnx")),
    weights: bytesOf(join(folder, "model.safetensors")),
  };
  const feeds = await feedsOf(folder, graphs);
  const session = await native.InferenceSession.create(files.graph, {
    externalData: tensorsOf(files.weights),
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [
      name,
      data instanceof Float32Array
        ? new native.Tensor("float32", data, shape)
        : new native.Tensor("int32", data, shape),
    ]),
  );
  const expected = (await session.run(tensors))[session.outputNames[0] ?? ""]?.data as Float32Array;

  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await openPage(await browser.newPage(), files);
    const sent = Object.fromEntries(Object.entries(feeds).map(([name, each]) => [name, sentOf(each)]));
    const found = await page.evaluate<number[]>(`prepare(${JSON.stringify(sent)})`);
    const difference = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
    if (!(difference <= DIFFERENCE_MAX)) throw new Error(`The two runtimes differ by ${difference}.`);
    const passes = quick ? 1 : 4;
    const seconds = await interleaved(
      {
        browser: () => page.evaluate<void>(`pass(${passes})`),
        native: async () => {
          for (let i = 0; i < passes; i++) await session.run(tensors);
        },
      },
      quick ? 3 : 9,
    );
    const note = `${EMBEDDED_BASE.id}, one person, one seed attached; they differ by ${difference.toExponential(0)} at most`;
    printRow(PLAN, seconds.browser, seconds.native, note);
  } finally {
    await browser.close();
  }
}

/** Installed beside the project's own packages, since nothing else needs its 300 MB. */
async function peer(): Promise<Native | null> {
  const prefix = join(LOCAL, "bench-peers");
  const place = join(prefix, "node_modules", PEER);
  const load = async () =>
    (await import(pathToFileURL(join(place, "dist", "index.js")).href)).default as Native;
  try {
    if (JSON.parse(readFileSync(join(place, "package.json"), "utf8")).version === VERSION)
      return await load();
  } catch {
    // Not there yet.
  }
  mkdirSync(prefix, { recursive: true });
  // Without its script, which fetches CUDA; the CPU's library is in the package.
  const args = [
    "install",
    "--prefix",
    prefix,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `${PEER}@${VERSION}`,
  ];
  const { status } = spawnSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
  return status === 0 ? load() : null;
}

/** What the denoiser is asked first when a preview of one person is drawn. */
async function feedsOf(folder: string, graphs: string): Promise<Feeds> {
  const shapes: Shapes = JSON.parse(readFileSync(join(graphs, "shapes.json"), "utf8"));
  const session = await openSession(
    {
      wasm: bytesOf(join(RUNTIME, "ort-wasm-simd-threaded.wasm")),
      text: bytesOf(join(graphs, "text.onnx")),
      denoiser: bytesOf(join(graphs, "denoiser.onnx")),
      sharpener: bytesOf(join(graphs, "sharpener.onnx")),
      weights: bytesOf(join(folder, "model.safetensors")),
      sharpenerWeights: bytesOf(join(folder, "sharpener.safetensors")),
      world: bytesOf(join(folder, "world.json")),
    },
    shapes,
    pathToFileURL(join(RUNTIME, "ort-wasm-simd-threaded.mjs")).href,
    1,
  );
  let feeds: Feeds | undefined;
  const run: typeof session.run = (graph, inputs) => {
    if (graph === "denoiser") feeds ??= inputs;
    return session.run(graph, inputs);
  };
  const file = join(SEEDS, SEED, "adapter.safetensors");
  const member = { trigger: `<${SEED}>`, url: file, title: SEED, strength: 1, region: null };
  const settings = { cells: 1, seed: 0, steps: 1, guidance: EMBEDDED_BASE.guidance.default };
  const request = { prompt: `<${SEED}> smiling`, ...settings, members: [member] };
  const casting = castingOf(request, session.palettes);
  if ("refused" in casting) throw new Error(casting.refused);
  const attached = calledMembers(request, casting).map(({ url }) => readAdapter(bytesOf(url), shapes));
  await draw({ ...session, run }, request, { casting, files: attached }, async () => true);
  if (!feeds) throw new Error("The preview did not ask the denoiser.");
  return feeds;
}

const bytesOf = (path: string) => new Uint8Array(readFileSync(path));

const sentOf = ({ data, shape }: Feeds[string]): Sent => ({
  type: data instanceof Float32Array ? "float32" : "int32",
  data: [...data],
  shape,
});

/** A page with onnxruntime-web as it is published, and the graph opened as the site's worker opens it. */
async function openPage(page: Page, files: Record<"graph" | "weights", Uint8Array>): Promise<Page> {
  const html = `<!doctype html><script type="module">
    import * as ort from "/ort.wasm.min.mjs";
    ort.env.wasm.numThreads = 1;
    const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const weights = await bytes("/weights");
    const layout = await (await fetch("/layout")).json();
    const externalData = layout.map(({ path, begin, end }) => ({ path, data: weights.subarray(begin, end) }));
    const session = await ort.InferenceSession.create(await bytes("/graph"), { executionProviders: ["wasm"], externalData });
    let feeds;
    window.pass = async (times) => { for (let i = 0; i < times; i++) await session.run(feeds); };
    window.prepare = async (sent) => {
      const arrays = { float32: Float32Array, int32: Int32Array };
      feeds = Object.fromEntries(Object.entries(sent).map(([name, { type, data, shape }]) =>
        [name, new ort.Tensor(type, arrays[type].from(data), shape)]));
      return [...(await session.run(feeds))[session.outputNames[0]].data];
    };
    document.title = "ready";
  </script>`;
  const layout = tensorsOf(files.weights).map(({ path, data }) => ({
    path,
    begin: data.byteOffset - files.weights.byteOffset,
    end: data.byteOffset - files.weights.byteOffset + data.length,
  }));
  const own: Record<string, [type: string, body: string | Uint8Array]> = {
    "/": ["text/html", html],
    "/layout": ["application/json", JSON.stringify(layout)],
    "/graph": ["application/octet-stream", files.graph],
    "/weights": ["application/octet-stream", files.weights],
  };
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const [contentType, body] = own[pathname] ?? [
      pathname.endsWith(".wasm") ? "application/wasm" : "text/javascript",
      bytesOf(join(RUNTIME, pathname)),
    ];
    await route.fulfill({ contentType, body: Buffer.from(body) });
  });
  page.on("pageerror", (error) => console.error(`The page: ${error.message}`));
  await page.goto(`${ORIGIN}/`);
  await page.waitForFunction(() => document.title === "ready", null, { timeout: 120_000 });
  return page;
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
if (PLAN.id.includes(values.only)) await main(values.quick);
