// The download of all adapters of a mix in one file for other tools, or the members that prevent it.

import { api } from "../../api.ts";
import type { MixWithVersions } from "../../api-mixes.ts";
import { Icon } from "../../ui/icon.tsx";
import { listed } from "../../ui/licence-summary.tsx";
import { useReply } from "../../ui/use-reply.ts";

const FORMATS = [
  ["peft", "PEFT, diffusers"],
  ["kohya", "kohya, WebUI"],
] as const;

export function Merged({ mix }: { mix: MixWithVersions }) {
  const { licence, download_url } = mix.composition;
  const forbidding = licence.limited_by.filter(({ permission }) => permission === "derivatives");
  const names = [...new Set(forbidding.map(({ ref }) => ref.replace(/:\d+$/, "")))];
  const base = useReply(() => api.base(mix.composition.base), [mix.composition.base]).value;
  if (base?.gate) {
    return (
      <div class="merged">
        <h3>In one file</h3>
        <p class="quiet">
          {`Not to be had: adapters of ${base.title} act where their own words are looked at, which no LoRA file can hold. Download each member's own file on its page.`}
        </p>
      </div>
    );
  }
  const complete = mix.members.every((member) => member.available);
  return (
    <div class="merged">
      <h3>In one file</h3>
      {!licence.derivatives && (
        <p class="quiet">{`Not to be had: ${listed(names)} forbid${names.length === 1 ? "s" : ""} derivatives.`}</p>
      )}
      {licence.derivatives && !complete && <p class="quiet">Not to be had while somebody is missing.</p>}
      {licence.derivatives && complete && (
        <>
          <p class="quiet">Everyone merged into one LoRA, exactly, with strengths and without boxes.</p>
          <div class="actions">
            {FORMATS.map(([format, name]) => (
              <a key={format} class="button small" href={`${download_url}?format=${format}`} download>
                <Icon name="download" />
                {name}
              </a>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
