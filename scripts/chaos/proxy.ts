// A proxy between runners and the Worker that drops, delays and duplicates messages with a seeded probability. It forwards bodies and the
// Host header unchanged, so that addresses which the Worker signs lead through it too.

import { request as call, createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { corruptLeases } from "./poison.ts";
import { type Random, seededRandom } from "./random.ts";

const CHANCES = {
  request_lost: 0.03,
  answer_lost: 0.04,
  answer_cut: 0.02,
  doubled: 0.05,
  doubled_later: 0.03,
  delayed: 0.05,
} as const;
const DELAY_MAX_MS = 6_000;
const LATER_MAX_MS = 90_000;

type Asked = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer };
type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export type Wire = {
  url: string;
  /** Faults are injected only while it is true. */
  faulty: boolean;
  /** A runner has asked for work. */
  isInUse: boolean;
  faults: Record<string, number>;
  end(): void;
};

export async function startProxy(target: string, seed: number): Promise<Wire> {
  const random: Random = seededRandom(seed);
  const server = createServer();
  const late = new Set<NodeJS.Timeout>();
  const proxy: Wire = {
    url: "",
    faulty: true,
    isInUse: false,
    faults: {},
    end() {
      for (const timer of late) clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    },
  };
  server.on("request", async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = "GET", url: path = "/", headers } = incoming;
    const asked: Asked = { method, path, headers, body: Buffer.concat(chunks) };
    proxy.isInUse ||= path === "/runner/v1/lease";
    const fault = proxy.faulty ? random.choose(CHANCES) : null;
    if (fault !== null) proxy.faults[fault] = (proxy.faults[fault] ?? 0) + 1;
    if (fault === "request_lost") return void incoming.socket.destroy();
    if (fault === "delayed") await pause(random.between(0, DELAY_MAX_MS));
    if (fault === "doubled_later") {
      const timer = setTimeout(
        () => {
          late.delete(timer);
          void pass(target, asked).catch(() => {});
        },
        random.between(0, LATER_MAX_MS),
      );
      late.add(timer);
    }
    try {
      const [answer] = await Promise.all([
        pass(target, asked, outgoing),
        ...(fault === "doubled" ? [pass(target, asked).catch(() => null)] : []),
      ]);
      if (path === "/runner/v1/lease" && answer.status === 200) {
        answer.body = corruptLeases(answer.body);
        answer.headers["content-length"] = String(answer.body.length);
      }
      if (fault === "answer_lost") return void incoming.socket.destroy();
      outgoing.writeHead(answer.status, answer.headers);
      if (fault !== "answer_cut") return void outgoing.end(answer.body);
      outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
        incoming.socket.destroy(),
      );
    } catch {
      // The Worker is down: the proxy drops the connection as well.
      incoming.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

/** Aborts the forwarded request when `sender` disconnects, as a direct connection would. */
function pass(
  target: string,
  { method, path, headers, body }: Asked,
  sender?: NodeJS.EventEmitter,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Uncompressed, so that a lease can be read on its way.
    const { "transfer-encoding": _, connection: __, "accept-encoding": ___, ...kept } = headers;
    const sent = { ...kept, ...(method !== "GET" && { "content-length": String(body.length) }) };
    const outgoing = call(
      new URL(path, target),
      { method, headers: sent, agent: false },
      async (incoming) => {
        try {
          const chunks: Buffer[] = [];
          for await (const chunk of incoming) chunks.push(chunk as Buffer);
          const { "transfer-encoding": ___, connection: ____, ...headers } = incoming.headers;
          const whole = Buffer.concat(chunks);
          const answered = { ...headers, "content-length": String(whole.length) };
          resolve({ status: incoming.statusCode ?? 502, headers: answered, body: whole });
        } catch (error) {
          reject(error);
        }
      },
    );
    outgoing.on("error", reject);
    sender?.once("close", () => outgoing.destroy());
    outgoing.end(body);
  });
}
