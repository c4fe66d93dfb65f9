// npm run bench -- latency: measures the time from a request to its lease while a runner waits for work: real Worker, real runner, one request at a time.
// Uses the running server, or starts one for itself.
//   npm run bench -- latency --orders 100

import { parseArgs } from "node:util";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { Orthoplex } from "../../schema/client/index.ts";
import { someServer } from "../local/some-server.ts";

const { values } = parseArgs({ options: { orders: { type: "string", default: "100" } } });
const orders = Number(values.orders);
if (!Number.isInteger(orders) || orders < 1) {
  console.error("--orders must be a whole number of at least 1.");
  process.exit(1);
}

const times: Record<string, number[]> = { "POST of the order": [], "order to lease": [], "order to end": [] };
const server = await someServer();
try {
  const api = new Orthoplex({ url: server.url, key: server.apiKey });
  const base = (await api.get("/v1/bases")).items[0]?.id;
  for (let i = 0; i < orders; i++) {
    const begun = performance.now();
    const job = await api.post("/v1/generations", {
      body: { base: base ?? EMBEDDED_BASE.id, prompt: "a person", steps: 1 },
    });
    times["POST of the order"]?.push(performance.now() - begun);
    const { created_at, started_at, finished_at } = await api.finished(job);
    times["order to lease"]?.push(Date.parse(started_at ?? "") - Date.parse(created_at));
    times["order to end"]?.push(Date.parse(finished_at ?? "") - Date.parse(created_at));
  }
  console.log(`\n${orders} orders, one after the other, milliseconds`);
  for (const [what, list] of Object.entries(times)) {
    const at = (share: number) =>
      Math.round(list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0);
    console.log(`${what.padEnd(20)} p50 ${at(0.5)}  p95 ${at(0.95)}  most ${at(1)}`);
  }
} catch (error) {
  console.error(`\n✗ ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await server.end();
}
