// A preview as the page sees it: idle, under way, drawn or failed. Owns the worker, which starts with the first click.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { PreviewFiles } from "./files.ts";
import { totalBytes } from "./files.ts";
import type { DrawRequest, FailureKind, FromWorker, Pixels, ToWorker } from "./messages.ts";

const BROKEN: ReadonlySet<FailureKind> = new Set(["memory", "internal"]);

export type PreviewState =
  | { kind: "idle" }
  | { kind: "downloading"; share: number }
  | { kind: "opening" }
  | { kind: "drawing"; step: number; total: number }
  | {
      kind: "drawn";
      drawn: readonly number[];
      unknown: readonly string[];
      seconds: number;
      request: DrawRequest;
    }
  | { kind: "canceled" }
  | { kind: "failed"; failure: FailureKind; detail: string };

export interface Preview {
  state: PreviewState;
  /** The newest picture: a step's, then the finished one. */
  pixels: Pixels | null;
  busy: boolean;
  draw: (files: PreviewFiles, threads: number, request: DrawRequest) => void;
  cancel: () => void;
}

export function usePreview(): Preview {
  const [state, setState] = useState<PreviewState>({ kind: "idle" });
  const [pixels, setPixels] = useState<Pixels | null>(null);
  const worker = useRef<Worker | null>(null);
  const latest = useRef<DrawRequest | null>(null);
  const total = useRef(1);
  /** After a failure of the runtime itself the next try has one thread: shared memory is what phones refuse first. */
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
        setState({ kind: "drawing", step: message.step, total: message.total });
      } else if (message.kind === "done") {
        setPixels(message.pixels);
        const { drawn, unknown, seconds } = message;
        if (latest.current) setState({ kind: "drawn", drawn, unknown, seconds, request: latest.current });
      } else {
        // After any other failure the opened base is still good.
        if (message.kind === "failed" && BROKEN.has(message.failure)) {
          careful.current = true;
          end();
        }
        setState(message);
      }
    },
    [end],
  );

  const draw = useCallback(
    (files: PreviewFiles, threads: number, request: DrawRequest) => {
      latest.current = request;
      total.current = totalBytes(files);
      setPixels(null);
      setState({ kind: "opening" });
      if (!worker.current) {
        const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
        started.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => hear(data));
        // A worker whose script cannot be loaded says so here and nowhere else.
        started.addEventListener("error", () => {
          hear({ kind: "failed", failure: "download", detail: "" });
          end();
        });
        worker.current = started;
      }
      const used = careful.current ? 1 : threads;
      worker.current.postMessage({ kind: "draw", files, threads: used, request } satisfies ToWorker);
    },
    [hear, end],
  );
  const cancel = useCallback(() => worker.current?.postMessage({ kind: "cancel" } satisfies ToWorker), []);

  const busy = state.kind === "downloading" || state.kind === "opening" || state.kind === "drawing";
  return { state, pixels, busy, draw, cancel };
}
