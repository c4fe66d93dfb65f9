// The bindings as tests see them: the Worker's own, and the migrations that vitest.config.ts reads.

import type { D1Migration } from "cloudflare:test";
import type { Env } from "../../functions/env.ts";

declare global {
  /** Vite replaces the call by the modules themselves. */
  interface ImportMeta {
    glob<T>(patterns: string[], options: { eager: true; query?: string; import?: string }): Record<string, T>;
  }
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../../functions/index.ts");
    }
    interface Env extends WorkerEnv {
      TEST_MIGRATIONS: D1Migration[];
      /** Set by `npm run bench -- dispatch`; empty otherwise. */
      DISPATCH_SCALE: string;
      /** Jobs, runners and seed for chaos.test.ts; empty for a small run. */
      DISPATCH_CHAOS: string;
    }
  }
}
type WorkerEnv = Env;
