// The scan report of a version's file: checks, norms against the limit, hashes to copy.

import type { Version } from "../../api.ts";
import type { ScanReport } from "../../api-publish.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { bytesOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";

const NAMES: Record<ScanReport["checks"][number]["name"], string> = {
  hashes: "Bytes",
  values: "Values",
  norms: "Norms",
  duplicate: "Originality",
  certificate: "Silence",
};

export function ScanBadge({ state }: { state: Version["scan"]["state"] }) {
  if (state === "pending") return <span class="tag busy">being scanned</span>;
  return state === "passed" ? (
    <span class="tag good">scan passed</span>
  ) : (
    <span class="tag bad">scan failed</span>
  );
}

export function FileReport({ version }: { version: Version }) {
  const { report, state } = version.scan;
  return (
    <div class="file-report">
      {state === "pending" && (
        <p class="quiet" role="status">
          The file is being scanned. This takes a few seconds.
        </p>
      )}
      {report && (
        <ul class="checks">
          {report.checks.map(({ name, passed, detail }) => (
            <li key={name} class={passed ? "good" : "bad"}>
              <Icon name={passed ? "check" : "alert"} />
              <span>
                <strong>{NAMES[name]}</strong>
                <span class="visually-hidden">{passed ? " passed: " : " failed: "}</span> {detail}
              </span>
            </li>
          ))}
        </ul>
      )}
      {report?.norms && <NormBar norms={report.norms} />}
      <dl class="hashes">
        <Hash name="SHA-256" value={version.hashes.sha256} />
        <Hash name="AutoV2" value={version.hashes.autov2} />
        {version.hashes.tensors_sha256 && <Hash name="Tensors" value={version.hashes.tensors_sha256} />}
        <div>
          <dt>Size</dt>
          <dd>{bytesOf(version.size_bytes)}</dd>
        </div>
      </dl>
    </div>
  );
}

function NormBar({ norms }: { norms: NonNullable<ScanReport["norms"]> }) {
  const share = (norm: number) => Math.min(1, norm / norms.limit);
  return (
    <div class="norms">
      <div class="card-line">
        <span>Norm of a layer's residual at strength 1</span>
        <span class="quiet numbers">{`largest ${norms.largest.toFixed(1)}, mean ${norms.mean.toFixed(1)}, limit ${norms.limit}`}</span>
      </div>
      <div
        class="norm-bar"
        role="img"
        aria-label={`The largest norm is ${Math.round(share(norms.largest) * 100)} percent of the limit`}
      >
        <div class="norm-largest" style={{ width: `${share(norms.largest) * 100}%` }} />
        <div class="norm-mean" style={{ left: `${share(norms.mean) * 100}%` }} />
      </div>
    </div>
  );
}

const Hash = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <code>{value}</code>
      <CopyButton text={() => value} label={`Copy the ${name} hash`} class="icon-button" compact />
    </dd>
  </div>
);
