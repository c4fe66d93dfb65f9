// npm's replicate, as it is: predictions with and without waiting, streams, files, trainings, models, webhooks, and its errors.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Replicate, { parseProgressFromLogs, type Training, validateWebhook } from "replicate";
import { ROOT } from "../../scripts/local/paths.ts";
import {
  type Check,
  flood,
  floodAddress,
  OPENAI_SIZES,
  PLAIN_PROMPTS,
  type Place,
  QUICK,
  sizeOfPng,
} from "./check.ts";
import { UNDRAWABLE } from "./npm-openai.ts";

const clientOf = ({ url, key }: Place, more = {}) =>
  new Replicate({ auth: key, baseUrl: `${url}/replicate/v1`, ...more });
const input = (more = {}) => ({ prompt: "a smiling person", num_inference_steps: QUICK, ...more });
const BASE = "bases/cast-3";

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => assert.fail("It was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  const { response } = error as { response?: Response };
  assert.ok(response, String(error));
  const { code } = JSON.parse(/\{.*\}/s.exec(error.message)?.[0] ?? "{}") as { code?: string };
  return { status: response.status, code, headers: response.headers };
}

async function picture(url: string): Promise<string> {
  return sizeOfPng(new Uint8Array(await (await fetch(url)).arrayBuffer()));
}

/** Four pictures that are in the repository. */
export const CONCEPT = join(ROOT, "gpu-runner", "demo", "june");
const pictures = () =>
  readdirSync(CONCEPT)
    .filter((name) => name.endsWith(".png"))
    .slice(0, 4)
    .map((name) => readFileSync(join(CONCEPT, name)));

export const npmReplicate: Check[] = [
  {
    call: "run, owner/name",
    async run(at) {
      const output = (await clientOf(at).run("orthoplex/ivy", { input: input({ seed: 1 }) })) as string[];
      return `an address of a ${await picture(output[0] ?? "")} PNG`;
    },
  },
  {
    call: "run, a person and a background in one clause, without the trigger",
    async run(at) {
      const client = clientOf(at);
      for (const prompt of PLAIN_PROMPTS) {
        const output = (await client.run("orthoplex/ivy", { input: input({ prompt }) })) as string[];
        assert.equal(await picture(output[0] ?? ""), "256x256");
      }
      return `${PLAIN_PROMPTS.length} prompts drawn`;
    },
  },
  {
    call: "run, OpenAI's own sizes",
    async run(at) {
      const client = clientOf(at);
      for (const size of OPENAI_SIZES) {
        const [width, height] = size.split("x").map(Number);
        const output = (await client.run("orthoplex/ivy", { input: input({ width, height }) })) as string[];
        assert.equal(await picture(output[0] ?? ""), size);
      }
      return OPENAI_SIZES.join(", ");
    },
  },
  {
    call: "run, owner/name:version",
    async run(at) {
      const client = clientOf(at);
      const { latest_version } = await client.models.get("orthoplex", "ivy");
      const output = await client.run(`orthoplex/ivy:${latest_version?.id}`, {
        input: input({ num_outputs: 2 }),
      });
      return `${(output as string[]).length} addresses`;
    },
  },
  {
    call: "run, polling, with progress",
    async run(at) {
      const seen = new Set<string>();
      const options = { input: input(), wait: { mode: "poll" as const, interval: 100 } };
      await clientOf(at).run(BASE, options, ({ status }) => seen.add(status));
      assert.ok(seen.has("starting") && seen.has("succeeded"));
      return "starting to succeeded";
    },
  },
  {
    call: "run, the wait running out while it is drawn",
    async run(at) {
      const seen: string[] = [];
      const wait = { mode: "block" as const, timeout: 1 };
      const drawn = input({ num_inference_steps: 20, num_outputs: 4 });
      const output = await clientOf(at).run(BASE, { input: drawn, wait }, ({ status }) => seen.push(status));
      assert.equal(seen[0], "starting");
      return `starting, then ${(output as string[]).length} addresses`;
    },
  },
  {
    call: "predictions.create, get, list and the progress in logs",
    async run(at) {
      const client = clientOf(at);
      const made = await client.predictions.create({ model: BASE, input: input() });
      assert.equal(made.status, "starting");
      const done = await client.wait(made, {});
      assert.equal(parseProgressFromLogs(done)?.percentage, 1);
      const pages = client.paginate(client.predictions.list);
      const { value } = await pages.next();
      assert.ok(value?.some(({ id }: { id: string }) => id === made.id));
      return `${done.status}, 100% in its logs, found in the list`;
    },
  },
  {
    call: "stream",
    async run(at) {
      const seen = new Set<string>();
      let output = "";
      for await (const { event, data } of clientOf(at).stream(BASE, {
        input: input({ num_inference_steps: 40 }),
      })) {
        seen.add(event);
        if (event === "output") output = data;
      }
      assert.ok(seen.has("logs") && seen.has("done"));
      return `logs, output (${await picture(output)}), done`;
    },
  },
  {
    call: "predictions.cancel",
    async run(at) {
      const client = clientOf(at);
      const long = input({ num_inference_steps: 100, num_outputs: 16, size: "768x256" });
      const { id } = await client.predictions.create({ model: BASE, input: long });
      await client.predictions.cancel(id);
      return (await client.wait(await client.predictions.get(id), {})).status;
    },
  },
  {
    call: "a prompt that the runner cannot draw",
    async run(at) {
      const error = await clientOf(at)
        .run(BASE, { input: input({ prompt: UNDRAWABLE }) })
        .then(
          () => assert.fail("It was drawn"),
          (reason: Error) => reason,
        );
      assert.match(error.message, /^Prediction failed: .*people/);
      return "Error: Prediction failed, with the runner's words";
    },
  },
  {
    call: "files.create, get, list, delete",
    async run(at) {
      const client = clientOf(at);
      const [bytes] = pictures();
      assert.ok(bytes);
      const file = await client.files.create(bytes, { of: "june" });
      assert.deepEqual((await client.files.get(file.id)).metadata, { of: "june" });
      const listed = (await client.files.list()) as unknown as { results: { id: string }[] };
      assert.ok(listed.results.some(({ id }) => id === file.id));
      assert.equal(await client.files.delete(file.id), true);
      return (await refusal(client.files.get(file.id))).code ?? "";
    },
  },
  {
    call: "trainings.create, get, cancel",
    async run(at) {
      const client = clientOf(at);
      const files = await Promise.all(pictures().map((bytes) => client.files.create(bytes)));
      const owner = (await client.accounts.current()).username;
      const made = await client.trainings.create("bases", "cast-3", "cast-3", {
        destination: `${owner}/june` as `${string}/${string}`,
        input: { input_images: files.map(({ urls }) => urls.get), trigger_word: "june", steps: 2 },
      });
      let training: Training = made;
      while (training.status === "starting" || training.status === "processing") {
        training = await client.trainings.get(made.id);
      }
      assert.equal(training.status, "succeeded", String(training.error));
      const output = await client.run(training.output?.version as `${string}/${string}`, { input: input() });
      assert.equal((output as string[]).length, 1);
      const second = await client.trainings.create("bases", "cast-3", "cast-3", {
        destination: `${owner}/june` as `${string}/${string}`,
        input: { input_images: files.map(({ urls }) => urls.get), steps: 2_000 },
      });
      await client.trainings.cancel(second.id);
      let stopped = await client.trainings.get(second.id);
      while (stopped.status === "starting" || stopped.status === "processing") {
        stopped = await client.trainings.get(second.id);
      }
      return `${training.status}, and its version drawn; the second ${stopped.status}`;
    },
  },
  {
    call: "models.create, get, list, search, versions",
    async run(at) {
      const client = clientOf(at);
      const owner = (await client.accounts.current()).username;
      await client.models.create(owner, "blank", { visibility: "private", hardware: "runner" });
      assert.equal((await client.models.get(owner, "blank")).latest_version, null);
      const listed = (await client.models.list()).results.map(({ name }) => name);
      assert.ok(listed.includes("cast-3"));
      const found = (await client.models.search("ivy")).results.map(({ name }) => name);
      assert.ok(found.includes("ivy"));
      const { results } = (await client.models.versions.list("orthoplex", "ivy")) as unknown as {
        results: { id: string }[];
      };
      const version = await client.models.versions.get("orthoplex", "ivy", results[0]?.id ?? "");
      assert.ok(version.openapi_schema);
      return "a draft made; bases and adapters found";
    },
  },
  {
    call: "a webhook, validated with the account's secret",
    async run(at) {
      const client = clientOf(at);
      const secret = await client.webhooks.default.secret.get();
      const heard = hear();
      const { key } = secret;
      const { url, next, close } = await heard;
      try {
        const made = await client.predictions.create({
          model: BASE,
          input: input(),
          webhook: url,
          webhook_events_filter: ["completed"],
        });
        const request = await next();
        const valid = await validateWebhook(request.clone(), key);
        const result = (await request.json()) as { id: string; status: string; output: string[] };
        assert.equal(result.id, made.id);
        await picture(result.output[0] ?? "");
        return `${result.status}, ${valid ? "signature valid" : "signature wrong"}`;
      } finally {
        close();
      }
    },
  },
  {
    call: "a wrong key",
    async run(at) {
      const { status, code } = await refusal(clientOf({ ...at, key: "opx_wrong" }).predictions.list());
      return `${status} ${code}`;
    },
  },
  {
    call: "a model and a prediction that are not there",
    async run(at) {
      const client = clientOf(at);
      const model = await refusal(client.run("nobody/nothing", { input: input() }));
      const prediction = await refusal(client.predictions.get(`job_${"0".repeat(22)}`));
      return `${model.status} ${model.code}; ${prediction.status} ${prediction.code}`;
    },
  },
  {
    call: "a version that is not there",
    async run(at) {
      const { status, code } = await refusal(clientOf(at).run("orthoplex/ivy:7", { input: input() }));
      return `${status} ${code}`;
    },
  },
  {
    call: "a field that is wrong",
    async run(at) {
      const { status, code } = await refusal(clientOf(at).run(BASE, { input: input({ promt: "a" }) }));
      return `${status} ${code}`;
    },
  },
  {
    call: "too many requests",
    async run(at) {
      await flood(at.url, floodAddress(2));
      let calls = 0;
      const counted: typeof fetch = (address, init) => {
        calls += 1;
        const headers = { ...(init?.headers as Record<string, string>), "cf-connecting-ip": floodAddress(2) };
        return fetch(address, { ...init, headers });
      };
      const error = await refusal(
        clientOf(at, { fetch: counted }).predictions.create({ model: BASE, input: input() }),
      );
      return `${error.status} ${error.code} after ${calls} attempts`;
    },
  },
];

/** A receiver for one message. */
async function hear() {
  let give: (request: Request) => void = () => {};
  const arrived = new Promise<Request>((resolve) => {
    give = resolve;
  });
  const server = createServer(async (message, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    answer.end();
    const headers = Object.entries(message.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    give(new Request("http://receiver.localhost/", { method: "POST", headers, body: Buffer.concat(chunks) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, next: () => arrived, close: () => server.close() };
}
