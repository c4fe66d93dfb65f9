// npm run demo: the whole workflow without a browser. Trains two concepts from folders of pictures, publishes them, composes
// them with a seeded third and generates one picture of all three. Uses the running server, or starts one for itself.
//   npm run demo -- --steps 20    a quicker, rougher training

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { EMBEDDED_BASE } from "../schema/bases/index.ts";
import { type Adapter, type Composition, Orthoplex, type Training } from "../schema/client/index.ts";
import { ROOT } from "./local/paths.ts";
import { someServer } from "./local/some-server.ts";

const CONCEPTS = join(ROOT, "gpu-runner", "demo");
const OUT = join(ROOT, "demo-out");
const SEED = 7;

const { values } = parseArgs({ options: { steps: { type: "string" } } });
const steps = Number(values.steps ?? 0);
const stages: { stage: string; seconds: number }[] = [];
const files: string[] = [];

const server = await timed("server ready", someServer);
try {
  await demo(new Orthoplex({ url: server.url, key: server.apiKey }));
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await server.end();
}

async function demo(api: Orthoplex): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const { handle } = await api.get("/v1/account");

  const third = await seededThird(api, handle);
  const trained: Adapter[] = [];
  for (const name of readdirSync(CONCEPTS).sort()) trained.push(await train(api, handle, name));
  const members = [...trained, third].map(({ ref, latest_version }) => ({
    ref,
    strength: latest_version?.strength ?? 1,
  }));

  const composition = await timed("compose", () =>
    api.post("/v1/compositions", { body: { base: third.base, title: "Demo", members } }),
  );
  const triggers = composition.members.map(({ trigger }) => trigger);
  await generate(api, composition.id, `${triggers.join(" smiling; ")} smiling; sky background`, "together");
  report(composition);
}

/** Uploads the pictures of gpu-runner/demo/<name>, trains on them and publishes the result. */
async function train(api: Orthoplex, handle: string, name: string): Promise<Adapter> {
  const folder = join(CONCEPTS, name);
  const captions = JSON.parse(readFileSync(join(folder, "captions.json"), "utf8")) as Record<string, string>;
  const images = await timed(`upload ${name}`, () =>
    Promise.all(
      Object.entries(captions).map(async ([file, caption]) => ({
        upload_id: await api.upload("training_image", readFileSync(join(folder, file)), file),
        caption,
      })),
    ),
  );
  const init = { params: { path: { owner: handle, name } } };
  const existing = await api.find("/v1/adapters/{owner}/{name}", init);
  const training = await timed(`train ${name}`, async () => {
    const job = await api.post("/v1/trainings", {
      body: {
        ...(existing ? { adapter_ref: existing.ref } : { adapter: cardOf(name) }),
        images,
        seed: SEED,
        ...(steps && { steps }),
      },
    });
    return api.finished(job, ({ progress }) => showProgress(name, progress));
  });
  const versionId = training.result?.version_id;
  if (!versionId) throw new Error(`Training ${training.id} ended without a version`);
  for (const [index, url] of (training.result?.samples ?? []).entries()) {
    await save(api, url, `${name}-sample-${index + 1}.png`);
  }
  await timed(`publish ${name}`, () =>
    api.post("/v1/versions/{version}/publish", { params: { path: { version: versionId } } }),
  );
  return api.get("/v1/adapters/{owner}/{name}", init);
}

function cardOf(name: string) {
  return {
    name,
    title: name[0]?.toUpperCase() + name.slice(1),
    description: "Trained by npm run demo.",
    base: EMBEDDED_BASE.id,
    concept: name,
    class_word: "person",
    tags: ["demo"],
    licence: {
      spdx: "CC-BY-4.0",
      credit: true,
      commercial_use: true,
      derivatives: true,
      different_licence: true,
    },
  };
}

async function seededThird(api: Orthoplex, handle: string): Promise<Adapter> {
  const { items } = await api.get("/v1/adapters", {
    params: { query: { base: EMBEDDED_BASE.id, sort: "name", limit: 100 } },
  });
  const third = items.find(({ owner, state }) => owner !== handle && state === "published");
  if (!third) throw new Error("The catalog holds no adapter of another owner to compose with");
  return third;
}

async function generate(api: Orthoplex, compositionId: string, prompt: string, name: string): Promise<void> {
  const generation = await timed("generate", async () => {
    const job = await api.post("/v1/generations", {
      body: { composition_id: compositionId, prompt, size: "768x256", count: 2, seed: SEED },
    });
    return api.finished(job, ({ progress }) => showProgress(name, progress));
  });
  console.log(`prompt: ${prompt}`);
  for (const warning of generation.warnings) console.log(`warning: ${warning}`);
  for (const [index, image] of (generation.result?.images ?? []).entries()) {
    await save(api, image.url, `${name}-${index + 1}.png`);
  }
}

async function save(api: Orthoplex, url: string, file: string): Promise<void> {
  const path = join(OUT, file);
  writeFileSync(path, await api.download(url));
  files.push(relative(ROOT, path));
}

async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  const seconds = (performance.now() - begun) / 1000;
  stages.push({ stage, seconds });
  console.log(`✓ ${stage} ${seconds.toFixed(1)} s`);
  return result;
}

let shown = "";
function showProgress(name: string, progress: Training["progress"]): void {
  if (!progress || !process.stdout.isTTY) return;
  const line = `  ${name}: ${progress.step}/${progress.total} ${progress.message}`;
  if (line !== shown) process.stdout.write(`\r\x1b[K${line}\r`);
  shown = line;
}

function report({ members, crosstalk }: Composition): void {
  const nameOf = (id: string) => members.find(({ version_id }) => version_id === id)?.ref ?? id;
  console.log("\nstage                 seconds");
  for (const { stage, seconds } of stages)
    console.log(`${stage.padEnd(22)}${seconds.toFixed(1).padStart(7)}`);
  console.log("\ncrosstalk                                          what two members share");
  for (const { a, b, shared_columns_per_layer, rank, gates_overlap, exact } of crosstalk.pairs) {
    const pair = `${nameOf(a)} + ${nameOf(b)}`;
    const columns = `${shared_columns_per_layer} of ${rank} columns a layer${exact ? ", exactly orthogonal" : ""}`;
    const gates = `gates may overlap on ${Math.round(100 * (gates_overlap ?? 0))} % of the smaller place`;
    console.log(`${pair.padEnd(51)}${gates_overlap === null ? columns : gates}`);
  }
  console.log(`\nfiles\n${files.join("\n")}`);
}
