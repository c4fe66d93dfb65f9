// What a runner measured of a version: whether it changes nothing when the prompt does not name it, and how its samples were read.

import type { Version } from "../../api.ts";
import { Icon } from "../../ui/icon.tsx";

type SelfCheck = NonNullable<Version["self_check"]>;

export function Evidence({ version }: { version: Pick<Version, "certificate" | "self_check"> }) {
  const { certificate, self_check } = version;
  if (!certificate && !self_check) return null;
  return (
    <ul class="checks">
      {certificate && (
        <li class={certificate.unchanged ? "good" : "bad"}>
          <Icon name={certificate.unchanged ? "check" : "alert"} />
          <span>
            {certificate.unchanged
              ? "Changes nothing when not called: verified"
              : "Changes pictures that do not call it"}
            <span class="quiet">{` (${certificate.prompts.length} pictures compared byte by byte)`}</span>
          </span>
        </li>
      )}
      {self_check && (
        <li class={isReadable(self_check) ? "good" : "bad"}>
          <Icon name={isReadable(self_check) ? "check" : "alert"} />
          <span>
            {`Self-check: ${self_check.right} of ${self_check.drawn} samples show the expression that was asked`}
            <span class="quiet">{missedOf(self_check)}</span>
          </span>
        </li>
      )}
    </ul>
  );
}

/** A sample in ten may be misread before the page calls it a fault. */
const READABLE_SHARE = 0.9;
const isReadable = ({ right, drawn }: SelfCheck) => right >= READABLE_SHARE * drawn;

/** The expressions that were not always found, in words. */
export function missedOf({ expressions }: SelfCheck): string {
  const missed = expressions.filter(({ drawn, right }) => right < drawn);
  if (missed.length === 0) return "";
  return `; not always: ${missed.map(({ name, drawn, right }) => `${name} (${right} of ${drawn})`).join(", ")}`;
}
