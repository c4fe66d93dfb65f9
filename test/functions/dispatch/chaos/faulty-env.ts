// The Worker's bindings, made to fail: R2 that refuses to put, and a Worker that dies in the middle of a request. What a dead Worker had
// done stays done; it does nothing more, and nobody hears its answer.

import type { Env } from "../../../../functions/env.ts";
import { withMethods } from "../../cast.ts";

type Work = <T>(act: () => Promise<T>) => Promise<T>;

/** Dies at the nth act on the outside: before it, or right after it was done. */
export class Fuse {
  blown = false;
  #left: number;
  readonly #isAfter: boolean;

  constructor(acts: number, isAfter: boolean) {
    this.#left = acts;
    this.#isAfter = isAfter;
  }

  readonly pass: Work = async (act) => {
    if (this.blown) throw new Error("This Worker is dead");
    if (--this.#left > 0) return act();
    this.blown = true;
    if (this.#isAfter) await act();
    throw new Error("The Worker dies here");
  };
}

/** Whether a put fails: before the object is written, or after, so that only its answer is lost. */
export type PutFault = "before" | "after" | null;

/** R2 whose puts fail as `next` says. */
export function faultyBlobs(env: Env, next: () => PutFault): Env {
  const put = async (...args: Parameters<R2Bucket["put"]>) => {
    const fault = next();
    if (fault === "before") {
      // A stream that nobody reads would hold up whoever sends it.
      if (args[1] instanceof ReadableStream) await args[1].cancel();
      throw new Error("put: We encountered an internal error. Please try again. (10001)");
    }
    const written = await env.BLOBS.put(...args);
    if (fault === "after")
      throw new Error("put: We encountered an internal error. Please try again. (10001)");
    return written;
  };
  return { ...env, BLOBS: withMethods(env.BLOBS, { put: put as R2Bucket["put"] }) };
}

/** Every binding that changes something outside passes through `pass`. */
export function fusedEnv(env: Env, pass: Work): Env {
  return {
    ...env,
    DB: fusedDatabase(env.DB, pass),
    BLOBS: fused(env.BLOBS, pass),
    WEBHOOKS: fused(env.WEBHOOKS, pass),
    SCANS: fused(env.SCANS, pass),
    JOB_LIVE: fusedObjects(env.JOB_LIVE, pass),
    BELL: fusedObjects(env.BELL, pass),
  };
}

/** Every method is an act on the outside. A stub's methods are called on the stub: `apply` would be a call over the wire. */
function fused<T extends object>(thing: T, pass: Work): T {
  return new Proxy(thing, {
    get: (target, name) => {
      const methods = target as Record<string | symbol, unknown>;
      if (typeof methods[name] !== "function") return methods[name];
      const called = methods as Record<string | symbol, (...args: unknown[]) => Promise<unknown>>;
      return (...args: unknown[]) => pass(async () => called[name]?.(...args));
    },
  });
}

function fusedObjects<N extends Env["JOB_LIVE"] | Env["BELL"]>(names: N, pass: Work): N {
  const get = (id: DurableObjectId) => fused<object>(names.get(id), pass);
  return withMethods(names, { get } as unknown as Partial<N>);
}

function fusedDatabase(database: D1Database, pass: Work): D1Database {
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get: (target, name) => {
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values));
        return Reflect.get(fused(target, pass), name) as unknown;
      },
    });
    inner.set(wrapped, statement);
    return wrapped;
  };
  return withMethods(database, {
    prepare: (sql: string) => wrap(database.prepare(sql)),
    batch: ((statements: D1PreparedStatement[]) =>
      pass(() => database.batch(statements.map((each) => inner.get(each) ?? each)))) as D1Database["batch"],
  });
}
