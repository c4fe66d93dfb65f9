// Requests that can be read in two ways, or not at all: each kind of broken body has its own code, and nothing is kept otherwise than it was sent.

import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { doubtIn } from "../../../functions/lib/json-text.ts";
import type { Problem } from "../../../schema/contract/problem.ts";
import { ask, Machine, ORIGIN, type Person, person, published } from "../cast.ts";

const FILES = "/replicate/v1/files";
const JSON_TYPE = "application/json";
const FORM_TYPE = "multipart/form-data; boundary=line";
const PAIRS_TYPE = "application/x-www-form-urlencoded";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
  await published(ada, "ivy");
});

/** One byte a character: \xff is the byte ff. */
const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

async function send(path: string, type: string, body: string) {
  const headers = { authorization: `Bearer ${ada.key}`, "content-type": type };
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}${path}`, { method: "POST", headers, body: latin(body) }),
  );
  return { status: response.status, body: (await response.json()) as Problem };
}

const part = (disposition: string, content: string) =>
  `--line\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const FILE = part('name="content"; filename="a.txt"', "x");
const END = "--line--\r\n";

describe("a broken body", () => {
  it("is called what it is: a form or JSON", async () => {
    const forms = {
      "no boundary in the type": ["multipart/form-data", `${FILE}${END}`],
      "another boundary": [FORM_TYPE.replace("line", "other"), `${FILE}${END}`],
      "cut off": [FORM_TYPE, FILE.slice(0, -6)],
      "without its last line": [FORM_TYPE, FILE],
      "no form at all": [FORM_TYPE, "{}"],
      empty: [FORM_TYPE, ""],
    };
    for (const [name, [type = "", body = ""]] of Object.entries(forms)) {
      const reply = await send(FILES, type, body);
      expect([name, reply.status, reply.body.code]).toEqual([name, 400, "form_invalid"]);
      expect(reply.body.detail).not.toMatch(/JSON/);
    }
    for (const path of ["/v1/generations", "/replicate/v1/predictions", "/openai/v1/images/generations"]) {
      const reply = await send(path, JSON_TYPE, '{"prompt": NaN}');
      expect([path, reply.status, reply.body.code]).toEqual([path, 400, "json_invalid"]);
    }
    const civitai = await send("/api/v1/model-versions/by-hash", JSON_TYPE, "[");
    expect([civitai.status, civitai.body]).toEqual([400, expect.objectContaining({ code: "json_invalid" })]);
    const signUp = await send("/auth/sign-up/email", JSON_TYPE, '{"name": ');
    expect([signUp.status, signUp.body.code]).toEqual([400, "json_invalid"]);
  });

  it("of a type that the route does not take is refused with the type that it takes", async () => {
    for (const [type, body] of [
      [JSON_TYPE, "{}"],
      [PAIRS_TYPE, "content=x"],
      ["text/plain", "x"],
    ] as const) {
      const reply = await send(FILES, type, body);
      expect([type, reply.status, reply.body.code]).toEqual([type, 415, "content_type_unsupported"]);
      expect(reply.body.detail).toMatch(/multipart\/form-data/);
    }
    for (const type of [FORM_TYPE, PAIRS_TYPE, "text/plain"]) {
      const reply = await send("/v1/generations", type, "x");
      expect([type, reply.status, reply.body.code]).toEqual([type, 415, "content_type_unsupported"]);
      expect(reply.body.detail).toMatch(/application\/json/);
    }
  });
});

describe("bytes that are not UTF-8", () => {
  it("are refused in names and texts of a form, not in its files", async () => {
    for (const bad of ["\xff", "\xed\xa0\xbd", "\xc0\x80", "\xe2\x82"]) {
      for (const [name, form] of Object.entries({
        "a file's name": part(`name="content"; filename="a${bad}.txt"`, "x"),
        "a part's name": `${FILE}${part(`name="a${bad}"`, "x")}`,
        "a text": `${FILE}${part('name="filename"', `a${bad}b`)}`,
        metadata: `${FILE}${part('name="metadata"', `{"a":"${bad}"}`)}`,
        "metadata as a file": `${FILE}${part('name="metadata"; filename="m"', `{"a":"${bad}"}`)}`,
      })) {
        const reply = await send(FILES, FORM_TYPE, `${form}${END}`);
        expect([name, reply.status, reply.body.code]).toEqual([name, 400, "request_invalid"]);
      }
    }
    const bytes = await send(
      FILES,
      FORM_TYPE,
      `${part('name="content"; filename="\xc3\xa4"', "\xff\xc0")}${END}`,
    );
    expect([bytes.status, bytes.body]).toEqual([201, expect.objectContaining({ name: "ä", size: 2 })]);
  });

  it("are refused percent-encoded, in queries and in forms of pairs", async () => {
    for (const bad of ["%ff", "%ED%A0%BD", "%c0%80", "a%e2%82"]) {
      for (const [path, pointer] of [
        [`/v1/adapters?q=${bad}`, "?q"],
        [`/v1/adapters?limit=1&tag=${bad}`, "?tag"],
        [`/v1/suggest?q=${bad}`, "?q"],
      ] as const) {
        const reply = await ada.ask("GET", path);
        expect([path, reply.status, reply.body.errors?.[0]?.pointer]).toEqual([path, 400, pointer]);
      }
      expect((await ada.ask("GET", `/api/v1/models?query=${bad}`)).status).toBe(400);
      const pairs = `name=${bad}&email=pairs@example.com&password=correct+horse+battery`;
      expect((await send("/auth/sign-up/email", PAIRS_TYPE, pairs)).status).toBe(400);
    }
    for (const q of ["100%25", "%e5%a4%a7", "%EF%BF%BD", "a+b"]) {
      expect([q, (await ada.ask("GET", `/v1/adapters?q=${q}`)).status]).toEqual([q, 200]);
    }
  });
});

describe("a number of JSON", () => {
  const CHANGED = [
    "1e999",
    "-1e999",
    "1e400",
    "9007199254740993",
    "1e-999",
    "123456789012345678901",
    "9007199254740993.0",
  ];

  it("that a double does not hold is refused wherever JSON comes in", async () => {
    const machine = await Machine.register(await person("Operator"));
    await ada.must("POST", "/v1/generations", { base: "cast-3", prompt: "sad" });
    const [lease] = await machine.lease(1, 5);
    const settle = `/runner/v1/leases/${lease?.lease_id}/settle`;
    for (const number of CHANGED) {
      const bodies: [string, string][] = [
        [settle, `{"outcome":"canceled","metrics":{"a":[${number}]}}`],
        ["/v1/generations", `{"base":"cast-3","prompt":"sad","steps":${number}}`],
        [
          "/replicate/v1/predictions",
          `{"version":"ada/ivy","input":{"prompt":"sad","more":{"a":${number}}}}`,
        ],
        ["/openai/v1/images/generations", `{"prompt":"sad","user_data":${number}}`],
        ["/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${number}}}`],
      ];
      for (const [path, body] of bodies) {
        const reply = await send(path, JSON_TYPE, body);
        expect([path, number, reply.status]).toEqual([path, number, 400]);
        if (path !== "/mcp") expect(reply.body.detail).toContain(number);
      }
      const form = `${FILE}${part('name="metadata"', `{"a":{"b":${number}}}`)}${END}`;
      const file = await send(FILES, FORM_TYPE, form);
      expect([number, file.status, file.body.errors?.[0]?.pointer]).toEqual([number, 400, "/metadata"]);
    }
    expect(
      (await machine.on(lease?.lease_id ?? "", "settle", { outcome: "canceled", metrics: {} })).status,
    ).toBe(200);
  });

  it("is distinguished from digits in a text, and from one that is only rounded", () => {
    for (const number of CHANGED) expect(doubtIn(`{"a":[${number}]}`)).toEqual({ number });
    for (const text of [
      '"1e999"',
      '{"9007199254740993":"\\"1e999"}',
      "[0, -0, 0e999, 0.0, 1e300, 9007199254740991, -9007199254740992, 0.12345678901234567890123, 1E+2]",
    ]) {
      expect([text, doubtIn(text)]).toEqual([text, null]);
    }
  });
});

describe("a field of JSON", () => {
  it("that its object has twice is refused wherever JSON comes in", async () => {
    for (const [path, body, field] of [
      ["/v1/generations", '{"base":"cast-3","prompt":"sad","prompt":"happy"}', "prompt"],
      ["/v1/generations", '{"base":"cast-3","prompt":"sad","\\u0070rompt":"happy"}', "prompt"],
      ["/openai/v1/images/generations", '{"prompt":"sad","metadata":{"a":[{"b":1,"b":1}]}}', "b"],
      ["/auth/sign-in/email", '{"email":"a@example.com","password":"x","email":"b@example.com"}', "email"],
    ] as const) {
      const reply = await send(path, JSON_TYPE, body);
      expect([body, reply.status, reply.body.code]).toEqual([body, 400, "request_invalid"]);
      expect(reply.body.detail).toContain(`"${field}" twice`);
    }
    const form = `${FILE}${part('name="metadata"', '{"a":1,"a":2}')}${END}`;
    const file = await send(FILES, FORM_TYPE, form);
    expect([file.status, file.body.errors?.[0]?.pointer]).toEqual([400, "/metadata"]);
  });

  it("may have the name of another object's, of a value, or of what stands in a list", () => {
    for (const text of [
      '{"a":"a","b":["a","a",{"a":1}],"c":{"a":"b","b":"a"}}',
      '[{"a":1},{"a":1}]',
      '{"a\\"":1,"a":2}',
      '{"__proto__":1,"constructor":2}',
      '{"a":{},"b":{}}',
    ]) {
      expect([text, doubtIn(text)]).toEqual([text, null]);
    }
  });
});

describe("parameters of a content type", () => {
  it("are taken in any order, with and without quotes", async () => {
    const form = `${FILE}${END}`;
    for (const parameters of [
      "; charset=utf-8; boundary=line",
      '; boundary="line"; charset=UTF-8',
      ";boundary=line;",
      '; Boundary="line"',
    ]) {
      const { status } = await send(FILES, `multipart/form-data${parameters}`, form);
      expect([parameters, status]).toEqual([parameters, 201]);
    }
    for (const parameters of [";", "; charset=utf-8; x=y", ";charset=utf-8", " ; charset=utf-8"]) {
      const reply = await send("/v1/generations", `${JSON_TYPE}${parameters}`, "{}");
      expect([parameters, reply.status, reply.body.code]).toEqual([parameters, 400, "request_invalid"]);
    }
  });
});

describe("a number of a query", () => {
  it("is decimal digits and nothing else, on every route", async () => {
    const { body: document } = await ask<{
      paths: Record<
        string,
        Record<string, { parameters?: { in: string; name: string; schema?: unknown }[] }>
      >;
    }>("GET", "/v1/openapi.json");
    const taken = Object.entries(document.paths).flatMap(([path, { get }]) =>
      (get?.parameters ?? []).flatMap(({ in: place, name, schema }) =>
        place === "query" && /"type":"(?:integer|number)"/.test(JSON.stringify(schema ?? {}))
          ? [[path, name]]
          : [],
      ),
    );
    expect(taken.length).toBeGreaterThan(15);
    const paths = taken.map(([path = "", name]) => [path.replaceAll(/\{[^}]+\}/g, "x"), name] as const);
    for (const sent of [
      "0x10",
      "1e1",
      "%2010",
      "10%20",
      "%2B1",
      "010",
      "1.0",
      "",
      "%EF%BC%91",
      "0b1",
      "1_0",
      "Infinity",
    ]) {
      for (const [path, name] of paths.filter(([at]) => !at.includes("/x"))) {
        const reply = await ada.ask("GET", `${path}?${name}=${sent}`);
        expect([path, name, sent, reply.status]).toEqual([path, name, sent, 400]);
      }
    }
    expect((await ada.ask("GET", "/v1/adapters?limit=10")).status).toBe(200);
    const repeated = await ada.ask("GET", "/v1/adapters?limit=1&limit=2");
    expect([repeated.status, repeated.body.errors?.[0]]).toEqual([
      400,
      { pointer: "?limit", detail: "must be a whole number in decimal digits" },
    ]);
  });

  it("is held to that by its schema where the path has an id", async () => {
    const order = await ada.must<{ id: string }>("POST", "/v1/generations", {
      base: "cast-3",
      prompt: "sad",
    });
    await ada.must("POST", `/v1/generations/${order.id}/cancel`);
    for (const sent of ["0x10", "1e1", "%2010"]) {
      const reply = await ada.ask("GET", `/v1/generations/${order.id}/events?after=${sent}`);
      expect([sent, reply.status, reply.body.errors?.[0]?.pointer]).toEqual([sent, 400, "?after"]);
    }
  });
});

// Whoever sends a body also chooses what is searched in it: a search that grows with its square would not end within the time of a test.
describe("a body that is made to be searched for long", () => {
  it("is refused as JSON that does not parse", async () => {
    const body = `"${'\\"'.repeat(500_000)}`;
    for (const path of ["/v1/generations", "/auth/sign-in/email"]) {
      expect([path, (await send(path, JSON_TYPE, body)).status]).toEqual([path, 400]);
    }
    expect(doubtIn(`{"a": "${'\\"'.repeat(3)}1e999", "b": [1, "\\\\", 1e999]}`)).toEqual({ number: "1e999" });
    expect(doubtIn('"1e999')).toBeNull();
  });

  it("hides no text behind what looks like a file's name", async () => {
    const dispositions = ['name="filename"; x="; filename="', 'name="filename"; filename*=x'];
    for (const disposition of dispositions) {
      const { status, body } = await send(FILES, FORM_TYPE, `${FILE}${part(disposition, "\xff.txt")}${END}`);
      expect([disposition, status, body.code]).toEqual([disposition, 400, "request_invalid"]);
    }
  });

  it("is not read without a key, and a boundary is as short as it must be", async () => {
    const dashes = "-".repeat(69);
    const anonymous = await ask<Problem>("POST", FILES, {
      headers: { "content-type": `multipart/form-data; boundary=${dashes}X` },
      body: "-".repeat(1_000_000),
    });
    expect(anonymous.status).toBe(401);
    const long = `multipart/form-data; boundary=${dashes}XY`;
    expect((await send(FILES, long, "-".repeat(1_000_000))).body.code).toBe("form_invalid");
    const most = `multipart/form-data; boundary=${dashes}X`;
    expect((await send(FILES, most, "-".repeat(8_000_000))).body.code).toBe("form_invalid");
  });
});
