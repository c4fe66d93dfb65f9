// The snippets run as copied: curl, node and Python send the request whole to a server that notes what it is sent, and print its answer.
// The command line's is run against a real Worker by test/journeys/workspace.test.ts.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestOfAdapter, requestOfMix } from "../../site/ui/page-requests.ts";
import { type Language, snippetOf } from "../../site/ui/snippets.ts";

const BODY = {
  prompt: `it's <eve> & "dog" $HOME \`x\` \\ 100 %`,
  size: "512x256",
  seed: 7,
  adapters: [{ ref: "ada/eve", strength: 0.5, region: { x: 0, y: 0, width: 0.5, height: 1 } }],
};
/** What the pages of an adapter and of a mix show; functions/dispatch/chosen-size.test.ts gives them to the API. */
const OF_PAGES = [
  requestOfAdapter({ ref: "ada/eve" }, { trigger: "<eve>", strength: 0.5 }),
  requestOfMix({
    ref: "ada/both",
    number: 2,
    members: [],
    composition: { prompt: "<eve> smiling; <bo> sad; sky background" },
  }),
];

describe("a snippet", () => {
  let origin = "";
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({
      body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
      key: request.headers.authorization,
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ url: "", result: { images: [{ url: "https://here.example/img_0" }] } }));
  });
  const received: { body: unknown; key: string | undefined }[] = [];
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const commands: Record<Exclude<Language, "cli">, (text: string) => [string, string[]]> = {
    curl: (text) => ["sh", ["-c", text]],
    js: (text) => [process.execPath, ["--input-type=module", "-e", text]],
    python: (text) => ["python3", ["-c", text]],
  };
  for (const language of ["curl", "js", "python"] as const) {
    it(`in ${language} sends the complete request with the key, for any characters`, async () => {
      received.length = 0;
      const bodies = [BODY, ...OF_PAGES];
      for (const body of bodies) {
        const [program, args] = commands[language](snippetOf(language, origin, body));
        const { status, stdout, stderr } = await run(program, args);
        expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toContain("https://here.example/img_0");
      }
      expect(received).toEqual(bodies.map((body) => ({ body, key: "Bearer opx_test" })));
    });
  }

  it("of the command line quotes the request for a shell", () => {
    const text = snippetOf("cli", origin, BODY).replace("npx orthoplex", "printf '%s\\n'");
    const lines = spawnSync("sh", ["-c", text], { encoding: "utf8" }).stdout.trimEnd().split("\n");
    expect(lines.slice(0, 4)).toEqual(["generate", "--url", origin, "--request"]);
    expect(JSON.parse(lines.slice(4).join("\n"))).toEqual(BODY);
  });
});

/** Not spawnSync: the server answers in this very process. */
async function run(program: string, args: string[]) {
  const child = spawn(program, args, { env: { ...process.env, ORTHOPLEX_API_KEY: "opx_test" } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const [status] = await once(child, "close");
  return { status, stdout, stderr };
}
