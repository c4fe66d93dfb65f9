// The running jobs of a workspace: sent, followed live, and followed again after a reload. Frames and estimates are only of now and
// are not stored. Browsers allow six connections to one server, so the oldest two jobs are streamed; the others wait behind them.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, type Generation, type GenerationCreate, watch } from "../api.ts";
import type { Form } from "../composition/form.ts";
import type { Failure } from "../failure.ts";
import type { Action, Pending, Place, Workspace } from "./document.ts";
import type { Store } from "./store.ts";

const STREAMS_MAX = 2;

export interface Live {
  /** A data: URL of the newest unfinished picture. */
  frame: string | null;
  /** When the job has probably ended, in milliseconds since 1970. */
  endsAt: number | null;
}

export interface Ordered {
  request: GenerationCreate;
  form: Form;
  place: Place | null;
}

export interface Jobs {
  live: ReadonlyMap<string, Live>;
  sending: boolean;
  /** Why the last order was refused. */
  failure: Failure | null;
  /** Sends orders one after the other; true where all were taken. */
  order: (orders: readonly Ordered[]) => Promise<boolean>;
  cancel: (job: Generation) => Promise<void>;
}

const NOTHING: Live = { frame: null, endsAt: null };
export const isOver = ({ status }: Generation) => status !== "queued" && status !== "running";

export function useJobs(
  workspace: Workspace | null,
  store: Store | null,
  dispatch: (action: Action) => void,
): Jobs {
  const [live, setLive] = useState<ReadonlyMap<string, Live>>(new Map());
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const update = useCallback((id: string, change: Partial<Live>) => {
    setLive((before) => new Map(before).set(id, { ...NOTHING, ...before.get(id), ...change }));
  }, []);
  useFollowed(workspace?.pending ?? [], store, dispatch, update);

  const order = async (orders: readonly Ordered[]) => {
    setSending(true);
    setFailure(null);
    for (const { request, form, place } of orders) {
      const reply = await api.generate(request);
      if (!reply.ok) {
        setFailure(reply.failure);
        setSending(false);
        return false;
      }
      dispatch({ type: "ordered", pending: [{ generation: reply.value, form, place }] });
    }
    setSending(false);
    return true;
  };
  const cancel = async (job: Generation) => {
    const reply = await api.cancel(job);
    if (reply.ok) dispatch({ type: "job", generation: reply.value });
    else setFailure(reply.failure);
  };
  return { live, sending, failure, order, cancel };
}

function useFollowed(
  pending: readonly Pending[],
  store: Store | null,
  dispatch: (action: Action) => void,
  update: (id: string, change: Partial<Live>) => void,
) {
  const followed = useRef(new Map<string, () => void>());
  const open = pending.map(({ generation }) => generation).filter((job) => !isOver(job));
  const streamed = store ? open.slice(0, STREAMS_MAX) : [];
  const key = streamed.map(({ id }) => id).join(" ");
  useEffect(() => {
    const wanted = new Set(streamed.map(({ id }) => id));
    for (const [id, stop] of followed.current) {
      if (wanted.has(id)) continue;
      stop();
      followed.current.delete(id);
    }
    for (const job of streamed) {
      if (followed.current.has(job.id) || !store) continue;
      followed.current.set(job.id, follow(job, store, dispatch, update));
    }
  }, [key]);
  useEffect(
    () => () => {
      for (const stop of followed.current.values()) stop();
      followed.current.clear();
    },
    [],
  );
}

function follow(
  first: Generation,
  store: Store,
  dispatch: (action: Action) => void,
  update: (id: string, change: Partial<Live>) => void,
): () => void {
  let job = first;
  let ended = false;
  const take = (generation: Generation) => {
    if (ended) return;
    job = generation;
    dispatch({ type: "job", generation });
  };
  const settle = async () => {
    const reply = await api.job(first);
    if (!reply.ok || ended) return;
    if (isOver(reply.value)) await keepPictures(reply.value, store);
    take(reply.value);
  };
  const estimate = (seconds: number | null | undefined) => {
    if (seconds !== undefined)
      update(first.id, { endsAt: seconds === null ? null : Date.now() + seconds * 1000 });
  };
  const stop = watch(first, {
    status: ({ status, queue_position, eta_seconds }) => {
      estimate(eta_seconds);
      // `done` carries the final status together with the result; until then the job counts as running.
      if (status === "queued" || status === "running") take({ ...job, status, queue_position });
    },
    progress: ({ step, total, message, preview, eta_seconds }) => {
      estimate(eta_seconds);
      if (preview) update(first.id, { frame: preview });
      const started_at = job.started_at ?? new Date().toISOString();
      take({
        ...job,
        status: "running",
        started_at,
        queue_position: null,
        progress: { step, total, message },
      });
    },
    done: settle,
  });
  return () => {
    ended = true;
    stop();
  };
}

/** The bytes stay on the device, so that the strip is whole when one is signed out or offline. */
async function keepPictures({ result }: Generation, store: Store): Promise<void> {
  for (const { id, url } of result?.images ?? []) {
    const response = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    // A full disk must not lose the result itself.
    if (response?.ok) await store.keepPicture(id, await response.blob()).catch(() => {});
  }
}
