// npm run x -- fuzz --headers N: N mutated adapter files, read by our two readers and by the reference `safetensors`. Ours must agree,
// including the reason, and accept nothing that the reference refuses. Python makes the files (test/fuzz/adapter_headers.py) and gives its
// verdicts.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checkHeader, isHeaderFault } from "../../functions/lib/adapter-header.ts";
import { readHeader } from "../../functions/lib/safetensors.ts";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import type { Base } from "../../schema/contract/bases.ts";
import { ROOT, VENV_PYTHON } from "../local/paths.ts";

type Judged = { name: string; reason: string | null; reference: boolean; base64: string };

/** The corpus has files of a base without entries. */
const { entries: _, gate: __, ...CAST } = EMBEDDED_BASE;
const CORPUS = join(ROOT, "schema", "examples", "hostile-headers.json");
/** Of the values behind the header, which a header's reader does not see. */
const OF_VALUES = new Set<string | null>(["hash_mismatch", "value_not_finite", "norm_too_large"]);
const SHOWN_MAX = 10;
/** Publishing always names the slot; test/fuzz/adapter_headers.py reads with the same one. */
const SLOT = 5;

export async function fuzzHeaders(count: number, seed: number): Promise<boolean> {
  const { base } = JSON.parse(readFileSync(CORPUS, "utf8")) as { base: object };
  const tiny = { ...CAST, ...base } as Base;
  const script = join(ROOT, "test", "fuzz", "adapter_headers.py");
  const python = spawn(VENV_PYTHON, [script, "--fuzz", String(count), "--seed", String(seed)], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(python, "close");
  const tally = { files: 0, accepted: 0, reference: 0, faults: 0 };
  for await (const line of createInterface({ input: python.stdout })) {
    const file = JSON.parse(line) as Judged;
    const ours = await reasonOf(Buffer.from(file.base64, "base64"), tiny);
    const theirs = OF_VALUES.has(file.reason) ? null : file.reason;
    const isFault = ours !== theirs || (ours === null && !file.reference);
    tally.files += 1;
    tally.accepted += Number(file.reason === null);
    tally.reference += Number(file.reference);
    tally.faults += Number(isFault);
    if (isFault && tally.faults <= SHOWN_MAX) {
      console.error(
        `✗ ${file.name}: TypeScript ${ours}, Python ${theirs}, reference ${file.reference}\n  ${file.base64}`,
      );
    }
  }
  const [status] = (await ended) as [number | null];
  console.log(
    `${tally.files} adapter files of seed ${seed}: ${tally.accepted} accepted here, ${tally.reference} by the reference, ${tally.faults} judged differently`,
  );
  return status === 0 && tally.files === count && tally.faults === 0;
}

async function reasonOf(bytes: Uint8Array, base: Base): Promise<string | null> {
  const header = readHeader(bytes, bytes.length);
  if (header.kind === "needs_more") return "needs_more";
  if (header.kind === "refused") return header.reason;
  const checked = await checkHeader(header, base, SLOT);
  return isHeaderFault(checked) ? checked.reason : null;
}
