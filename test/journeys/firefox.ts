// Debian's Firefox over WebDriver BiDi (w3.org/TR/webdriver-bidi), as much of it as a smoke journey needs. playwright-core speaks BiDi too, but
// starts every page with a command that Firefox ESR does not know (emulation.setMediaFeaturesOverride). Keys and pointers are left out: a
// headless window is not always the active one, and they go nowhere then.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const NAMES = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];
const START_MS = 60_000;
const POLL_MS = 200;

/** Null where there is no Firefox. The variable FIREFOX overrides the search. */
export const findFirefox = (): string | null =>
  process.env.FIREFOX ?? NAMES.find((path) => existsSync(path)) ?? null;

interface Message {
  id?: number;
  type?: string;
  method?: string;
  error?: string;
  message?: string;
  result?: unknown;
  params?: { level?: string; text?: string };
}

export interface Fox {
  open(url: string): Promise<void>;
  /** The JSON of an expression in the page; promises are awaited. */
  ask<T>(expression: string): Promise<T>;
  /** Asks until the expression is true. */
  until(expression: string, what: string, timeoutMs?: number): Promise<void>;
  shot(file: string): Promise<void>;
  /** Errors in the pages' consoles, exceptions among them. */
  errors: string[];
  end(): Promise<void>;
}

export async function startFirefox(path: string): Promise<Fox> {
  const profile = mkdtempSync(join(tmpdir(), "orthoplex-firefox-"));
  const args = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile];
  const child = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
  const socket = new WebSocket(`${await addressOf(child)}/session`);
  const waiting = new Map<number, (message: Message) => void>();
  const errors: string[] = [];
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.method === "log.entryAdded" && message.params?.level === "error")
      errors.push(message.params.text ?? "");
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  let last = 0;
  const send = async <T>(method: string, params: object): Promise<T> => {
    const id = ++last;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const message = await answer;
    waiting.delete(id);
    if (message.type === "error") throw new Error(`${method}: ${message.error}: ${message.message}`);
    return message.result as T;
  };
  await send("session.new", { capabilities: {} });
  await send("session.subscribe", { events: ["log.entryAdded"] });
  const { contexts } = await send<{ contexts: { context: string }[] }>("browsingContext.getTree", {});
  const context = contexts[0]?.context;
  if (!context) throw new Error("Firefox has no page");

  const ask = async <T>(expression: string): Promise<T> => {
    const params = {
      // As text, so that nothing of BiDi's own form of values is needed.
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
      target: { context },
      awaitPromise: true,
    };
    const { result, exceptionDetails } = await send<{
      result?: { value: string };
      exceptionDetails?: { text: string };
    }>("script.evaluate", params);
    if (!result) throw new Error(`${expression}: ${exceptionDetails?.text}`);
    return JSON.parse(result.value) as T;
  };
  return {
    errors,
    ask,
    async open(url) {
      await send("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async until(expression, what, timeoutMs = 30_000) {
      for (const end = Date.now() + timeoutMs; ; await pause(POLL_MS)) {
        if (await ask<boolean>(expression)) return;
        if (Date.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
      }
    },
    async shot(file) {
      const { data } = await send<{ data: string }>("browsingContext.captureScreenshot", { context });
      writeFileSync(file, Buffer.from(data, "base64"));
    },
    async end() {
      socket.close();
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Firefox chooses the port and says it: "WebDriver BiDi listening on ws://127.0.0.1:43205". */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("Firefox does not listen")), START_MS);
    let text = "";
    child.stderr?.on("data", (data) => {
      text += String(data);
      const found = /listening on (ws:\/\/\S+)/.exec(text)?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`Firefox ended with ${code}: ${text}`)));
  });
}
