// All versions of an adapter, newest first: changelog, supersedes, scan. Its owner edits and yanks them.

import { useState } from "preact/hooks";
import type { AdapterWithVersions, Base, Version } from "../../api.ts";
import { bytesOf, dayOf } from "../../ui/format.ts";
import { EditVersion } from "./edit-version.tsx";
import { Evidence } from "./evidence.tsx";
import { FileReport, ScanBadge } from "./file-report.tsx";
import { YankDialog } from "./yank-dialog.tsx";

interface Props {
  adapter: AdapterWithVersions;
  /** Null until it has loaded. */
  base: Base | null;
  /** The viewer owns it. */
  mine: boolean;
  changed: () => void;
}

/** Download formats, converted while streaming; each with the tools that read it. None of them can hold a gate. */
const OTHER_FORMATS = [
  ["peft", "PEFT and diffusers"],
  ["kohya", "kohya and ComfyUI"],
] as const;

export function Versions({ adapter, base, mine, changed }: Props) {
  const [editing, setEditing] = useState<Version | null>(null);
  const [yanking, setYanking] = useState<Version | null>(null);
  const { versions } = adapter;
  const otherFormats = base && !base.gate ? OTHER_FORMATS : [];
  const numberOf = new Map(versions.map(({ id, number }) => [id, number]));
  return (
    <section class="adapter-section" aria-label="Versions">
      <h2>Versions</h2>
      {versions.length === 0 && <p class="quiet">None is published yet.</p>}
      <ol class="versions">
        {versions.map((version) => (
          <li key={version.id} class="panel version">
            <div class="version-head">
              <h3>{`Version ${version.number}`}</h3>
              {version.state !== "published" && (
                <span class={`tag ${version.state === "yanked" ? "bad" : ""}`}>{version.state}</span>
              )}
              <ScanBadge state={version.scan.state} />
              <span class="quiet">{versionStatus(version, numberOf)}</span>
            </div>
            <p class="version-changelog">
              {version.changelog || (version.number === 1 ? "First version." : "No remarks.")}
            </p>
            {version.yank && (
              <p class="version-yank">
                {`Yanked${version.yank.yanked_at ? ` ${dayOf(version.yank.yanked_at)}` : ""}. ${version.yank.reason}`}
              </p>
            )}
            <Evidence version={version} />
            <div class="actions">
              <a class="button small" href={version.download_url} download>
                {`Download, ${bytesOf(version.size_bytes)}`}
              </a>
              {otherFormats.map(([format, tool]) => (
                <a key={format} class="quiet" href={`${version.download_url}?format=${format}`} download>
                  {`for ${tool}`}
                </a>
              ))}
              {mine && version.state !== "yanked" && adapter.state !== "withdrawn" && (
                <>
                  <button type="button" class="button small" onClick={() => setEditing(version)}>
                    Edit
                  </button>
                  <button type="button" class="button small danger" onClick={() => setYanking(version)}>
                    Yank
                  </button>
                </>
              )}
            </div>
            <details class="version-report">
              <summary>File report and hashes</summary>
              <FileReport version={version} />
            </details>
          </li>
        ))}
      </ol>
      {editing && <EditVersion version={editing} onClose={() => setEditing(null)} changed={changed} />}
      {yanking && <YankDialog version={yanking} onClose={() => setYanking(null)} changed={changed} />}
    </section>
  );
}

/** The version's date and state; another version is named by number where the viewer may see it. */
function versionStatus(version: Version, numberOf: ReadonlyMap<string, number>): string {
  const before = version.supersedes && numberOf.get(version.supersedes);
  const after = version.superseded_by && numberOf.get(version.superseded_by);
  return [
    dayOf(version.published_at ?? version.created_at),
    before ? `in place of ${before}` : null,
    after ? `superseded by ${after}` : null,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
