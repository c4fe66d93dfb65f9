// Text that nothing can carry is refused where it comes in, by every entrance, with its place; what cannot be refused is cleaned.

import { exports } from "cloudflare:workers";
import { zipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import type { ReplicateFile, ReplicateTraining } from "../../../schema/contract/compat-replicate.ts";
import type { Adapter, Generation, SlotReservation, Training } from "../../../schema/contract/index.ts";
import { CAPTION_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import {
  adapterFile,
  adapterInput,
  ask,
  db,
  Machine,
  ORIGIN,
  type Person,
  person,
  png,
  published,
  signUp,
} from "../cast.ts";

const HALF = "\ud83d";
const HOSTILE = [
  `a${HALF}`,
  "\ude00b",
  "a\u0000b",
  "a\u001bb",
  "a\u007fb",
  "a\u202eb",
  "a\u2066b",
  "a\ufffeb",
];
const UNSEEN = ["\u200b", " \u2060 ", "\u3164", "\u2800", "\u0301", "\u0e31\u0301", "\ufffd", "\u{e0100}"];

let ada: Person;
let machine: Machine;
beforeAll(async () => {
  ada = await person("Ada");
  await published(ada, "ivy");
  machine = await Machine.register(await person("Operator"));
});

/** Each is tried with a whole character too, so that it is the half that is refused. */
async function refuses(
  { method, path }: { method: string; path: string },
  pointer: string,
  bodyWith: (text: string) => object,
  texts = HOSTILE,
) {
  for (const text of texts) {
    const { status, body } = await ada.ask(method, path, bodyWith(text));
    expect([path, JSON.stringify(text), status, body.errors?.[0]?.pointer]).toEqual([
      ...[path, JSON.stringify(text), 400, pointer],
    ]);
  }
}

describe("an order of pictures", () => {
  it("is refused with a lone surrogate, a control character or a bidirectional override in its prompt, by every API", async () => {
    await refuses({ method: "POST", path: "/v1/generations" }, "/prompt", (text) => ({
      base: "cast-3",
      prompt: text,
    }));
    await refuses({ method: "POST", path: "/v1/generations" }, "/negative_prompt", (text) => ({
      ...{ base: "cast-3", prompt: "sad", negative_prompt: text },
    }));
    await refuses({ method: "POST", path: "/v1/compositions" }, "/prompt", (text) => ({
      ...{ members: [{ ref: "ada/ivy" }], prompt: text },
    }));
    await refuses({ method: "POST", path: "/openai/v1/images/generations" }, "/prompt", (text) => ({
      prompt: text,
    }));
    await refuses({ method: "POST", path: "/replicate/v1/predictions" }, "/input/prompt", (text) => ({
      ...{ version: "ada/ivy", input: { prompt: text } },
    }));
    expect(await machine.lease(1, 0)).toEqual([]);
  });

  it("is refused from MCP tools as well", async () => {
    for (const text of HOSTILE) {
      const params = { name: "generate", arguments: { base: "cast-3", prompt: text } };
      const reply = await ask<{ result?: { isError?: boolean }; error?: unknown }>("POST", "/mcp", {
        headers: {
          authorization: `Bearer ${ada.key}`,
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2025-06-18",
        },
        body: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
      });
      expect([text, reply.body.error !== undefined || reply.body.result?.isError]).toEqual([text, true]);
    }
    expect(await machine.lease(1, 0)).toEqual([]);
  });

  it("takes characters of every script, whole emoji, tabs and line ends", async () => {
    const prompt = "a smiling person\n\t初音ミク \ud83d\ude00 e\u0301 a\u200db \u200fא";
    const order = await ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt });
    expect(order.request.prompt).toBe(prompt);
    const [lease] = await machine.lease(1, 5);
    expect(lease?.spec).toMatchObject({ prompt });
    await ada.must("POST", `/v1/generations/${order.id}/cancel`);
  });
});

describe("a body of JSON", () => {
  it("that is not UTF-8 is refused, whoever reads it", async () => {
    const bytesWith = (before: string, after: string, bad: number[]) => {
      const [a, b] = [new TextEncoder().encode(before), new TextEncoder().encode(after)];
      return new Uint8Array([...a, ...bad, ...b]);
    };
    const half = [0xed, 0xa0, 0xbd];
    const paths: [string, string, string][] = [
      ["/v1/generations", '{"base":"cast-3","prompt":"a', '"}'],
      ["/openai/v1/images/generations", '{"prompt":"a', '"}'],
      ["/replicate/v1/predictions", '{"version":"ada/ivy","input":{"prompt":"a', '"}}'],
      [
        "/mcp",
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search_adapters","arguments":{"query":"a',
        '"}}}',
      ],
      ["/auth/sign-up/email", '{"email":"half@example.com","password":"correct horse","name":"a', '"}'],
      ["/api/v1/model-versions/by-hash", '["', '"]'],
    ];
    for (const [path, before, after] of paths) {
      for (const bad of [half, [0xff], [0xc0, 0x80], [0xe2, 0x82]]) {
        const headers = {
          authorization: `Bearer ${ada.key}`,
          "content-type": "application/json; charset=utf-8",
        };
        const sent = { method: "POST", headers, body: bytesWith(before, after, bad) };
        const response = await exports.default.fetch(new Request(`${ORIGIN}${path}`, sent));
        expect([path, bad, response.status]).toEqual([path, bad, 400]);
        await response.arrayBuffer();
      }
    }
    expect(await machine.lease(1, 0)).toEqual([]);
  });
});

describe("a name", () => {
  it("must be visible, on one line, and in logical order", async () => {
    const texts = [...HOSTILE, ...UNSEEN, "a\nb"];
    await refuses(
      { method: "PATCH", path: "/v1/adapters/ada/ivy" },
      "/title",
      (text) => ({ title: text }),
      texts,
    );
    await refuses(
      { method: "PATCH", path: "/v1/adapters/ada/ivy" },
      "/concept",
      (text) => ({ concept: text }),
      texts,
    );
    await refuses(
      { method: "PATCH", path: "/v1/account/profile" },
      "/name",
      (text) => ({ name: text }),
      texts,
    );
    await refuses(
      { method: "POST", path: "/v1/keys" },
      "/name",
      (name) => ({ name, scopes: ["read"] }),
      texts,
    );
    await refuses({ method: "POST", path: "/v1/adapters/ada/ivy/comments" }, "/body", (body) => ({ body }), [
      ...HOSTILE,
      ...UNSEEN,
    ]);
    await refuses(
      { method: "POST", path: "/v1/compositions" },
      "/title",
      (text) => ({
        ...{ members: [{ ref: "ada/ivy" }], title: text },
      }),
      texts,
    );
  });

  it("is kept with composed characters, and found and compared as such", async () => {
    const title = "Jose\u0301";
    const patched = await ada.must<Adapter>("PATCH", "/v1/adapters/ada/ivy", { title });
    expect(patched.title).toBe("Jos\u00e9");
    for (const q of ["Jose\u0301", "Jos\u00e9", "jose"]) {
      const { items } = await ada.must<{ items: Adapter[] }>(
        "GET",
        `/v1/adapters?q=${encodeURIComponent(q)}`,
      );
      expect([q, items.map(({ ref }) => ref)]).toEqual([q, ["ada/ivy"]]);
    }
    await signUp("Zoe\u0308", "zoe@example.com");
    const row = await db().prepare("SELECT name, handle FROM users WHERE email = 'zoe@example.com'").first();
    expect(row).toEqual({ name: "Zo\u00eb", handle: "zoe" });
  });

  it("is checked at sign-up", async () => {
    for (const name of [...HOSTILE, ...UNSEEN]) {
      const body = { name, email: `x${Math.random()}@example.com`, password: "correct horse" };
      const { status } = await ask("POST", "/auth/sign-up/email", { body });
      expect([JSON.stringify(name), status]).toEqual([JSON.stringify(name), 422]);
    }
    const thumb = "\ud83d\udc4d";
    const long = `${"n".repeat(79)}${thumb}\ud83c\udffd`;
    await expect(signUp(long, "long@example.com")).rejects.toThrow("it has 81");
    await signUp(`${"n".repeat(79)}${thumb}`, "long@example.com");
    const row = await db().prepare("SELECT name FROM users WHERE email = 'long@example.com'").first();
    expect(row?.name).toBe(`${"n".repeat(79)}${thumb}`);
  });
});

describe("a file", () => {
  it("of an adapter must name a readable concept", async () => {
    const adapter = await ada.must<Adapter>("POST", "/v1/adapters", adapterInput("june"));
    const { slot } = await ada.must<z.infer<typeof SlotReservation>>(
      "POST",
      `/v1/adapters/${adapter.ref}/slot`,
      {},
    );
    const metadatas = [...HOSTILE, ...UNSEEN].flatMap((text) => [{ concept: text }, { class_word: text }]);
    for (const metadata of [...metadatas, ...HOSTILE.map((text) => ({ "modelspec.title": text }))]) {
      const bytes = await adapterFile(slot, "<june>", { metadata });
      const upload_id = await ada.upload("adapter", bytes, "application/octet-stream");
      const { status, body } = await ada.ask("POST", `/v1/adapters/${adapter.ref}/versions`, { upload_id });
      expect([metadata, status, body.errors?.[0]?.reason]).toEqual([
        metadata,
        422,
        expect.stringMatching(/^(metadata_invalid|header_not_json)$/),
      ]);
    }
  });

  it("of Replicate's API keeps no invalid name or metadata", async () => {
    const send = async (name: string, metadata: unknown) => {
      const form = new FormData();
      form.set("content", new File(["x"], name, { type: "text/plain" }));
      form.set("metadata", JSON.stringify(metadata));
      const request = new Request(`${ORIGIN}/replicate/v1/files`, {
        ...{ method: "POST", body: form, headers: { authorization: `Bearer ${ada.key}` } },
      });
      const response = await exports.default.fetch(request);
      return { status: response.status, body: (await response.json()) as ReplicateFile };
    };
    expect((await send("a\u202eb.txt", {})).body.name).toBe("ab.txt");
    expect((await send("\u200b", {})).body.name).toBe("file");
    for (const text of HOSTILE) {
      expect((await send("a.txt", { deep: [{ in: text }] })).status).toBe(400);
      expect((await send("a.txt", { [text]: 1 })).status).toBe(400);
    }
  });

  it("of captions in a zip is cleaned, and cut between characters", async () => {
    const long = `${"c".repeat(CAPTION_MAX_CHARACTERS - 1)}\ud83d\udc4d\ud83c\udffd`;
    const texts = ["a\u0085b\u202ec", long, "plain", "\ufeffmarked"];
    const entries = await Promise.all(
      texts.map(async (text, i) => [
        [`${i}.png`, await png(64, 64, i)] as const,
        [`${i}.txt`, new TextEncoder().encode(text)] as const,
      ]),
    );
    const form = new FormData();
    form.set("content", new File([new Uint8Array(zipSync(Object.fromEntries(entries.flat())))], "a.zip"));
    const request = new Request(`${ORIGIN}/replicate/v1/files`, {
      ...{ method: "POST", body: form, headers: { authorization: `Bearer ${ada.key}` } },
    });
    const file = (await (await exports.default.fetch(request)).json()) as ReplicateFile;
    const { id } = await ada.must<ReplicateTraining>(
      "POST",
      "/replicate/v1/models/bases/cast-3/versions/cast-3/trainings",
      { destination: "ada/captions", input: { input_images: file.urls.get } },
    );
    const training = await ada.must<Training>("GET", `/v1/trainings/${id}`);
    expect(training.request.images.map(({ caption }) => caption)).toEqual([
      ...["abc", "c".repeat(CAPTION_MAX_CHARACTERS - 1), "plain", "marked"],
    ]);
    await ada.must("POST", `/v1/trainings/${id}/cancel`);
  });
});

describe("a runner", () => {
  it("cannot report invalid text", async () => {
    const order = await ada.must<Generation>("POST", "/v1/generations", { base: "cast-3", prompt: "sad" });
    const [lease] = await machine.lease(1, 5);
    const id = lease?.lease_id ?? "";
    const bytes = await png(256, 256);
    const settle = async (text: string, deep: unknown) => {
      const output = await machine.deliver(
        id,
        {
          name: "image-0.png",
          role: "image",
          meta: {
            width: 256,
            height: 256,
            seed: 1,
            recipe: deep,
          },
        },
        bytes,
      );
      return machine.on(id, "settle", {
        outcome: "succeeded",
        outputs: [output],
        warnings: [text],
        metrics: {},
      });
    };
    for (const text of HOSTILE) {
      expect((await settle(text, {})).status).toBe(400);
      expect((await settle("x", { drawn: { text } })).status).toBe(400);
      expect((await machine.on(id, "settle", { outcome: "canceled", metrics: { a: [text] } })).status).toBe(
        400,
      );
      const progress = { step: 1, total: 2, message: text };
      expect((await machine.on(id, "heartbeat", { progress })).status).toBe(400);
    }
    const deep = JSON.parse(`{"a":${"[".repeat(40)}${"]".repeat(40)}}`) as object;
    expect((await settle("x", deep)).status).toBe(400);
    await ada.must("POST", `/v1/generations/${order.id}/cancel`);
  });
});
