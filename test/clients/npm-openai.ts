// npm's openai, as it is: everything it can do here, and every error it knows.

import assert from "node:assert/strict";
import OpenAI from "openai";
import type { Generation } from "../../schema/client/index.ts";
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

const clientOf = ({ url, key }: Place, more = {}) =>
  new OpenAI({ apiKey: key, baseURL: `${url}/openai/v1`, ...more });

/** Fields that its types do not know ride along. */
const imageRequest = <T extends object>(more: T) => ({
  model: "cast-3",
  prompt: "a smiling person",
  steps: QUICK,
  ...more,
});

const bytesOf = (b64: string | undefined) => new Uint8Array(Buffer.from(b64 ?? "", "base64"));

async function refusal(work: Promise<unknown>) {
  const error = await work.then(
    () => assert.fail("It was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OpenAI.APIError, String(error));
  return error;
}
const messageOf = (error: InstanceType<typeof OpenAI.APIError>) =>
  [error.constructor.name, error.code, error.param].filter(Boolean).join(", ");

async function jobsWith({ native }: Place, seed: number): Promise<Generation[]> {
  const { items } = await native.get("/v1/generations", { params: { query: { limit: 100 } } });
  return items.filter(({ request }) => request.seed === seed);
}

export const npmOpenAi: Check[] = [
  {
    call: "images.generate",
    async run(at) {
      const { data } = await clientOf(at).images.generate(imageRequest({ seed: 11 }));
      return `base64 of a ${sizeOfPng(bytesOf(data?.[0]?.b64_json))} PNG`;
    },
  },
  {
    call: "images.generate, response_format url, n 2",
    async run(at) {
      const { data } = await clientOf(at).images.generate(
        imageRequest({ response_format: "url" as const, n: 2 }),
      );
      const sizes = [];
      for (const { url } of data ?? []) {
        sizes.push(sizeOfPng(new Uint8Array(await (await fetch(url ?? "")).arrayBuffer())));
      }
      return `${sizes.length} addresses without a key: ${sizes.join(", ")}`;
    },
  },
  {
    call: "images.generate, model owner/adapter with adapters, seed and size auto",
    async run(at) {
      const more = { model: "orthoplex/ivy", adapters: [{ ref: "orthoplex/paco", strength: 1 }] };
      const { data } = await clientOf(at).images.generate(
        imageRequest({ ...more, size: "auto" as const, seed: 5 }),
      );
      assert.equal(data?.[0]?.revised_prompt, "<ivy> a smiling person; <paco> a smiling person");
      return `${sizeOfPng(bytesOf(data?.[0]?.b64_json))}, revised_prompt with both triggers`;
    },
  },
  {
    call: "images.generate, a person and a background in one clause, without the trigger",
    async run(at) {
      for (const prompt of PLAIN_PROMPTS) {
        const { data } = await clientOf(at).images.generate(imageRequest({ model: "orthoplex/ivy", prompt }));
        assert.equal(data?.[0]?.revised_prompt, `<ivy> ${prompt}`);
        assert.equal(sizeOfPng(bytesOf(data?.[0]?.b64_json)), "256x256");
      }
      return `${PLAIN_PROMPTS.length} prompts drawn, revised_prompt with the trigger before each`;
    },
  },
  {
    call: "images.generate, OpenAI's own sizes",
    async run(at) {
      for (const size of OPENAI_SIZES) {
        const answer = await clientOf(at).images.generate(imageRequest({ model: "orthoplex/ivy", size }));
        assert.equal(sizeOfPng(bytesOf(answer.data?.[0]?.b64_json)), size);
        assert.equal(answer.size, size);
        const { warnings } = answer as unknown as { warnings: string[] };
        assert.ok(
          warnings.some((each) => each.includes(`draws no ${size}: drawn at 256x256 and enlarged`)),
          warnings.join("; "),
        );
      }
      return `${OPENAI_SIZES.join(", ")}; warnings say at which size each was drawn`;
    },
  },
  {
    call: "images.generate, stream with partial_images 2",
    async run(at) {
      const stream = await clientOf(at).images.generate(
        imageRequest({ stream: true as const, partial_images: 2, steps: 60, size: "768x256" as "auto" }),
      );
      const types = [];
      for await (const event of stream) {
        types.push(event.type);
        sizeOfPng(bytesOf(event.b64_json));
      }
      assert.equal(types.pop(), "image_generation.completed");
      assert.ok(types.length >= 1 && types.length <= 2, `${types.length} partial images`);
      assert.ok(types.every((type) => type === "image_generation.partial_image"));
      return "partial images, then completed";
    },
  },
  {
    call: "models.list, models.retrieve",
    async run(at) {
      const client = clientOf(at);
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      assert.ok(ids.includes("cast-3") && ids.includes("orthoplex/ivy"));
      assert.equal((await client.models.retrieve("orthoplex/ivy")).id, "orthoplex/ivy");
      return "bases and adapters; owner/name by its id";
    },
  },
  {
    call: "an answer lost on its way, retried by the client",
    async run(at) {
      let calls = 0;
      const lossy: typeof fetch = async (...args) => {
        const answer = await fetch(...args);
        calls += 1;
        if (calls > 1) return answer;
        await answer.arrayBuffer();
        throw new TypeError("The connection broke");
      };
      const { data } = await clientOf(at, { fetch: lossy }).images.generate(imageRequest({ seed: 77_001 }));
      assert.equal(data?.length, 1);
      return `${calls} attempts, ${(await jobsWith(at, 77_001)).length} job`;
    },
  },
  {
    call: "leaving a stream",
    async run(at) {
      const stream = await clientOf(at).images.generate(
        imageRequest({ stream: true as const, seed: 77_002 }),
      );
      stream.controller.abort();
      const [job] = await jobsWith(at, 77_002);
      assert.ok(job);
      return `the job ${(await at.native.finished(job)).status}`;
    },
  },
  {
    call: "a job that is canceled meanwhile",
    async run(at) {
      const waiting = refusal(clientOf(at).images.generate(imageRequest({ seed: 77_003, steps: 100, n: 8 })));
      let [job] = await jobsWith(at, 77_003);
      while (!job) [job] = await jobsWith(at, 77_003);
      await at.native.post("/v1/generations/{job}/cancel", { params: { path: { job: job.id } } });
      const error = await waiting;
      assert.equal((await jobsWith(at, 77_003)).length, 1);
      return `${error.status} ${messageOf(error)}; not retried`;
    },
  },
  {
    call: "a prompt that the runner cannot draw",
    async run(at) {
      const error = await refusal(clientOf(at).images.generate(imageRequest({ prompt: UNDRAWABLE })));
      return `${error.status} ${messageOf(error)}`;
    },
  },
  {
    call: "a wrong key",
    async run(at) {
      const error = await refusal(clientOf({ ...at, key: "opx_wrong" }).images.generate(imageRequest({})));
      return `${error.status} ${messageOf(error)}`;
    },
  },
  {
    call: "a model that is not there",
    async run(at) {
      const error = await refusal(clientOf(at).images.generate(imageRequest({ model: "dall-e-3" })));
      assert.match(error.requestID ?? "", /^req_/);
      return `${error.status} ${messageOf(error)}, with a request id`;
    },
  },
  {
    call: "a field that is wrong",
    async run(at) {
      const error = await refusal(
        clientOf(at).images.generate(imageRequest({ size: "1000x1000" as unknown as "1024x1024" })),
      );
      return `${error.status} ${messageOf(error)}`;
    },
  },
  {
    call: "an adapter that is not there",
    async run(at) {
      const error = await refusal(
        clientOf(at).images.generate(imageRequest({ adapters: [{ ref: "nobody/nothing" }] })),
      );
      return `${error.status} ${messageOf(error)}`;
    },
  },
  {
    call: "images.edit",
    async run(at) {
      const image = new File([new Uint8Array(8)], "a.png", { type: "image/png" });
      const error = await refusal(clientOf(at).images.edit({ image, prompt: "a hat" }));
      return `${error.status} ${messageOf(error)}`;
    },
  },
  {
    call: "too many requests",
    async run(at) {
      await flood(at.url, floodAddress(1));
      const defaultHeaders = { "cf-connecting-ip": floodAddress(1) };
      const error = await refusal(
        clientOf(at, { defaultHeaders, maxRetries: 0 }).images.generate(imageRequest({})),
      );
      assert.equal(error.headers?.get("retry-after"), "60");
      return `${error.status} ${messageOf(error)}, Retry-After 60`;
    },
  },
];

/** More people than a canvas holds, by the colour of their hair: only the runner counts those. */
export const UNDRAWABLE = "blonde; ginger; auburn; platinum; blonde";
