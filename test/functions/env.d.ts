// The bindings as tests see them: the Worker's own, and the migrations that vitest.config.ts reads.

import type { D1Migration } from "cloudflare:test";
import type { Env } from "../../functions/env.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../../functions/index.ts");
    }
    interface Env extends WorkerEnv {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}
type WorkerEnv = Env;
