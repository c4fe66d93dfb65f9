// Loads what the form needs from the API: the base, and every adapter that a link or a recipe names.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Adapter, api, type Base } from "../../api.ts";
import type { Known, Member } from "../../composition/form.ts";
import type { Failure } from "../../failure.ts";

const ASKED = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("base");
/** `owner/name:3` names one version of the catalog entry `owner/name`. */
export const entryOf = (ref: string) => ref.replace(/:\d+$/, "");

export interface KnownState extends Known {
  failure: Failure | null;
  /** Refs that the catalog refused, with the reason. */
  refused: ReadonlyMap<string, Failure>;
  /** Whether the address asks for a base. */
  isAsked: boolean;
  learn: (adapter: Adapter) => void;
}

/**
 * The base of the first member that is known. None while members are still asked for: the size that an address names is one of their base.
 * Without members the one that the address asks for, else the first of all.
 */
export function baseFor(
  members: readonly Pick<Member, "ref">[],
  found: {
    bases: readonly Base[];
    adapters: ReadonlyMap<string, Pick<Adapter, "base">>;
    refused: ReadonlyMap<string, unknown>;
    asked: string | null;
  },
): Base | null {
  const { bases, adapters, refused, asked } = found;
  const own = members.map(({ ref }) => adapters.get(ref)?.base).find((id) => id !== undefined);
  if (own === undefined && members.some(({ ref }) => !refused.has(ref))) return null;
  return bases.find(({ id }) => id === (own ?? asked)) ?? bases[0] ?? null;
}

export function useKnown(members: readonly Member[]): KnownState {
  const [bases, setBases] = useState<readonly Base[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [adapters, setAdapters] = useState<ReadonlyMap<string, Adapter>>(new Map());
  const [refused, setRefused] = useState<ReadonlyMap<string, Failure>>(new Map());
  const asked = useRef(new Set<string>());

  const base = baseFor(members, { bases, adapters, refused, asked: ASKED });
  useEffect(() => {
    api.bases().then((reply) => (reply.ok ? setBases(reply.value.items) : setFailure(reply.failure)));
  }, []);

  const learn = useCallback((adapter: Adapter) => {
    asked.current.add(adapter.ref);
    setAdapters((before) => new Map(before).set(adapter.ref, adapter));
  }, []);

  useEffect(() => {
    for (const { ref } of members) {
      if (asked.current.has(ref)) continue;
      asked.current.add(ref);
      api.adapter(entryOf(ref)).then((reply) => {
        if (!reply.ok) return setRefused((before) => new Map(before).set(ref, reply.failure));
        const { versions, ...adapter } = reply.value;
        const named = versions.find((version) => version.ref === ref);
        setAdapters((before) =>
          new Map(before).set(ref, named ? { ...adapter, latest_version: named } : adapter),
        );
      });
    }
  }, [members]);

  return { base, failure, adapters, refused, isAsked: ASKED !== null, learn };
}
