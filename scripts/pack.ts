// npm run pack: packs the command line as dist-cli/orthoplex-<version>.tgz and the typed client as dist-client/orthoplex-client-<version>.tgz.

import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { packCli } from "./cli/pack.ts";
import { ROOT } from "./local/paths.ts";
import { packClient } from "./pack-client.ts";

const cli = await packCli(join(ROOT, "dist-cli"));
const client = packClient(join(ROOT, "dist-client"));
for (const [archive, flag] of [
  [cli, "--global "],
  [client, ""],
] as const) {
  const place = relative(ROOT, archive);
  console.log(`✓ ${place}: ${Math.ceil(statSync(archive).size / 1024)} KiB`);
  console.log(`  Install it anywhere with: npm install ${flag}${place}`);
}
