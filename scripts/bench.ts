// npm run bench: the table of ratios (bench/table.ts). npm run bench -- NAME [arguments]: one of the longer benchmarks,
// each of which writes or prints its own results. npm run bench -- --help lists them.

import process from "node:process";

const BENCHMARKS: Record<string, { about: string; load: () => Promise<unknown> }> = {
  browser: {
    about: "first paint of pages and the preview on the canvas, in Chromium (--rounds)",
    load: () => import("./bench/browser.ts"),
  },
  catalog: {
    about:
      "search latency among 100,000 adapters and a million; writes docs/catalog-bench.md (--rows, --samples)",
    load: () => import("./bench/catalog.ts"),
  },
  dispatch: {
    about:
      "simulated jobs and runners around the real leases; writes docs/dispatch-bench.md (--jobs, --runners, --seed)",
    load: () => import("./bench/dispatch.ts"),
  },
  idle: {
    about: "processor time and memory of the runner and the Worker while nothing happens (--seconds)",
    load: () => import("./bench/idle.ts"),
  },
  latency: {
    about: "from a request to its lease and its end, on the real Worker and runner (--orders)",
    load: () => import("./bench/latency.ts"),
  },
  start: {
    about: "from nothing, and from its state, until the Worker answers and the runner is there (--rounds)",
    load: () => import("./bench/start.ts"),
  },
};

const [name = ""] = process.argv.slice(2);
const found = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
const isTable = name === "" || (name.startsWith("--") && name !== "--help");
if (isTable) await import("./bench/table.ts");
else if (!found) {
  const lines = Object.entries(BENCHMARKS).map(([each, { about }]) => `  ${each.padEnd(10)}${about}`);
  console.log(
    `npm run bench -- [--quick] [--only WORD] [--check] [--threads N]\nnpm run bench -- NAME [arguments]\n${lines.join("\n")}`,
  );
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  // The benchmark parses the arguments behind its name.
  process.argv.splice(2, 1);
  await found.load();
}
