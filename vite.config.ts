// Builds the site: one HTML file a page under site/pages, static files from site/public, output in dist/ for the Worker's assets.
// `vite` and `vite preview` pass API calls on to a running Worker, so that cookies stay on one origin.

import { globSync } from "node:fs";
import { resolve } from "node:path";
import { defaultClientConditions, defineConfig } from "vite";
import { pagePartials } from "./site/build/page-partials.ts";
import { previewFiles } from "./site/build/preview-files.ts";
import { webpPictures } from "./site/build/webp.ts";

const root = resolve(import.meta.dirname, "site/pages");
const edge = process.env.ORTHOPLEX_EDGE ?? "http://127.0.0.1:8787";
// The Worker answers these itself (run_worker_first of wrangler.toml); /preview is what the last build emitted for it.
const proxied = [
  "/v1",
  "/auth",
  "/runner/v1",
  "/openai",
  "/replicate",
  "/api",
  "/metrics",
  "/mcp",
  "/m/",
  "/a/",
  "/preview/",
];
// The Host stays that of the browser: better-auth compares it with the Origin, and addresses in answers are made from it.
const proxy = Object.fromEntries(proxied.map((path) => [path, { target: edge, changeOrigin: false }]));

export default defineConfig({
  root,
  publicDir: resolve(import.meta.dirname, "site/public"),
  plugins: [pagePartials(), previewFiles(), webpPictures()],
  // Else onnxruntime-web brings its binary into every build a second time; site/build/preview-files.ts places it.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es" },
  // Contact sheets can be opened at their full size.
  html: {
    additionalAssetSources: {
      a: { srcAttributes: ["href"], filter: ({ value }) => value.includes("/docs/results/") },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: resolve(import.meta.dirname, "dist"),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    // Inlined assets would need `data:` in places where the content security policy forbids it.
    assetsInlineLimit: 0,
    rolldownOptions: { input: globSync("**/*.html", { cwd: root }).map((file) => resolve(root, file)) },
  },
  server: { host: "127.0.0.1", proxy, fs: { allow: [import.meta.dirname] } },
  preview: { host: "127.0.0.1", proxy },
});
