// What the licences of the members allow together, and which adapter forbids what.

import type { Composition } from "../api.ts";

type Together = Composition["licence"];
type Permission = Together["limited_by"][number]["permission"];

const GRANTS: readonly (readonly [Exclude<Permission, "credit">, string])[] = [
  ["commercial_use", "Commercial use"],
  ["derivatives", "Derivatives"],
  ["different_licence", "Another licence for derivatives"],
];

export interface LicenceLine {
  permission: Permission;
  mark: "yes" | "no" | "must" | "free";
  text: string;
}

/** `owner/name:3` names one version of `owner/name`; a licence is the adapter's. */
const entryOf = (ref: string) => ref.replace(/:\d+$/, "");

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** One sentence for each permission, naming the adapters that restrict it. Pure. */
export function licenceLines(licence: Together): LicenceLine[] {
  const because = (permission: Permission) => {
    const those = licence.limited_by.filter((limit) => limit.permission === permission);
    return listed([...new Set(those.map(({ ref }) => entryOf(ref)))]);
  };
  const grants = GRANTS.map(([permission, name]): LicenceLine => {
    if (licence[permission]) return { permission, mark: "yes", text: name };
    return { permission, mark: "no", text: `${name}: no, because of ${because(permission)}` };
  });
  const credit: LicenceLine = licence.credit
    ? { permission: "credit", mark: "must", text: `Name ${because("credit")}` }
    : { permission: "credit", mark: "free", text: "No credit needed" };
  return [...grants, credit];
}

const TONES = { yes: "good", no: "bad", must: "", free: "" } as const;

export function LicenceSummary({ licence }: { licence: Together }) {
  return (
    <ul class="licences">
      {licenceLines(licence).map(({ permission, mark, text }) => (
        <li key={permission}>
          <span class={`tag ${TONES[mark]}`}>{mark}</span>
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}
