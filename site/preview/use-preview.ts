// The state of the preview for the page: idle, running, done or failed. Owns the worker, which starts with the first click.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { PreviewFiles } from "./files.ts";
import { totalBytes } from "./files.ts";
import type { FailureKind, FromWorker, Pixels, PreviewRequest, ToWorker } from "./messages.ts";

const BROKEN: ReadonlySet<FailureKind> = new Set(["memory", "internal"]);

export type PreviewState =
  | { kind: "idle" }
  | { kind: "downloading"; share: number }
  | { kind: "opening" }
  | { kind: "sampling"; step: number; total: number }
  | {
      kind: "finished";
      rendered: readonly number[];
      unknown: readonly string[];
      seconds: number;
      request: PreviewRequest;
    }
  | { kind: "canceled" }
  | { kind: "failed"; failure: FailureKind; detail: string };

export interface Preview {
  state: PreviewState;
  /** The newest picture: a step's, then the finished one. */
  pixels: Pixels | null;
  busy: boolean;
  start: (files: PreviewFiles, threads: number, request: PreviewRequest) => void;
  cancel: () => void;
}

export function usePreview(): Preview {
  const [state, setState] = useState<PreviewState>({ kind: "idle" });
  const [pixels, setPixels] = useState<Pixels | null>(null);
  const worker = useRef<Worker | null>(null);
  const latest = useRef<PreviewRequest | null>(null);
  const total = useRef(1);
  /** After a failure of the runtime itself the next attempt uses one thread: shared memory is the most frequent cause on phones. */
  const careful = useRef(false);

  const end = useCallback(() => {
    worker.current?.terminate();
    worker.current = null;
  }, []);
  useEffect(() => end, [end]);

  const hear = useCallback(
    (message: FromWorker) => {
      if (message.kind === "downloading") {
        setState({ kind: "downloading", share: message.received / total.current });
      } else if (message.kind === "step") {
        setPixels(message.pixels);
        setState({ kind: "sampling", step: message.step, total: message.total });
      } else if (message.kind === "done") {
        setPixels(message.pixels);
        const { rendered, unknown, seconds } = message;
        if (latest.current)
          setState({ kind: "finished", rendered, unknown, seconds, request: latest.current });
      } else {
        // After any other failure the loaded base is still usable.
        if (message.kind === "failed" && BROKEN.has(message.failure)) {
          careful.current = true;
          end();
        }
        setState(message);
      }
    },
    [end],
  );

  const start = useCallback(
    (files: PreviewFiles, threads: number, request: PreviewRequest) => {
      latest.current = request;
      total.current = totalBytes(files);
      setPixels(null);
      setState({ kind: "opening" });
      if (!worker.current) {
        const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
        started.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => hear(data));
        // A worker whose script cannot be loaded reports it only through this event.
        started.addEventListener("error", () => {
          hear({ kind: "failed", failure: "download", detail: "" });
          end();
        });
        worker.current = started;
      }
      const used = careful.current ? 1 : threads;
      worker.current.postMessage({ kind: "start", files, threads: used, request } satisfies ToWorker);
    },
    [hear, end],
  );
  const cancel = useCallback(() => worker.current?.postMessage({ kind: "cancel" } satisfies ToWorker), []);

  const busy = state.kind === "downloading" || state.kind === "opening" || state.kind === "sampling";
  return { state, pixels, busy, start, cancel };
}
