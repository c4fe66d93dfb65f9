// Follows a job by its event stream until it ends, with a progress line; resumes after the last event when the connection breaks.

import { setTimeout as pause } from "node:timers/promises";
import type { Job, ProgressEvent, StatusEvent } from "../../schema/contract/jobs.ts";
import type { Api } from "../client.ts";
import { bar, ProgressLine } from "./terminal.ts";

const RECONNECT_MS = 1_000;
const RECONNECTS_MAX = 30;

export type ServerEvent = { id: string | undefined; name: string; data: string };

/** The ended job; throws with the reason if it did not succeed. */
export async function follow<J extends Job>(api: Api, job: J): Promise<J> {
  const progress = new ProgressLine();
  let lastId: string | undefined;
  try {
    for (let broken = 0; broken < RECONNECTS_MAX; broken++) {
      try {
        const headers: Record<string, string> = lastId === undefined ? {} : { "last-event-id": lastId };
        const response = await api.stream(job.events_url, { accept: "text/event-stream", ...headers });
        for await (const event of eventsOf(response)) {
          broken = 0;
          lastId = event.id ?? lastId;
          if (event.name === "done") break;
          progress.update(lineOf(event));
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // fetch throws a TypeError for a lost connection
      }
      const latest = await api.get<J>(job.url);
      if (latest.status === "succeeded") return latest;
      if (latest.status === "failed" || latest.status === "canceled") {
        throw new Error(`${latest.id} ${latest.status}${latest.error ? `: ${latest.error.message}` : ""}`);
      }
      await pause(RECONNECT_MS);
    }
    throw new Error(`Lost sight of ${job.id}; \`orthoplex job ${job.id} --wait\` looks again.`);
  } finally {
    progress.end();
  }
}

function lineOf({ name, data }: ServerEvent): string {
  if (name === "progress") {
    const { step, total, message } = JSON.parse(data) as ProgressEvent;
    return `${bar(step, total)}  ${message}`;
  }
  if (name === "status") {
    const { status, queue_position } = JSON.parse(data) as StatusEvent;
    return queue_position === null ? status : `${status}, ${queue_position} in the queue`;
  }
  return "";
}

/** Server-sent events (WHATWG HTML, 9.2.6): fields until a blank line; comments and unknown fields are passed over. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = "";
  let event: ServerEvent = { id: undefined, name: "message", data: "" };
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (event.data !== "") yield { ...event, data: event.data.slice(0, -1) };
        event = { id: event.id, name: "message", data: "" };
        continue;
      }
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "event") event.name = value;
      else if (field === "data") event.data += `${value}\n`;
      else if (field === "id") event.id = value;
    }
  }
}
