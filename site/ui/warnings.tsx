// What the API remarks about an order or a composition without refusing it.

import { Notice } from "./notice.tsx";

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Notice variant="warn" title={warnings.length === 1 ? "One remark" : `${warnings.length} remarks`}>
      {warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </Notice>
  );
}
