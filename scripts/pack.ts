// npm run pack: packs the command line as a package, dist-cli/orthoplex-<version>.tgz.

import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { packCli } from "./cli/pack.ts";
import { ROOT } from "./local/paths.ts";

const archive = await packCli(join(ROOT, "dist-cli"));
const place = relative(ROOT, archive);
console.log(`✓ ${place}: ${Math.ceil(statSync(archive).size / 1024)} KiB`);
console.log(`  Install it anywhere with: npm install --global ${place}`);
