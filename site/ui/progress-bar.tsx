// A progress bar, determinate or indeterminate.

/** `share` of the work is done; it counts while `running`. */
export function ProgressBar({ label, running, share }: { label: string; running: boolean; share: number }) {
  return (
    <div
      class={`bar ${running ? "" : "waiting"}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={running ? Math.round(share * 100) : undefined}
    >
      <div style={running ? { transform: `scaleX(${share})` } : {}} />
    </div>
  );
}
