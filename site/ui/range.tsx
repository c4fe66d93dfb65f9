// A slider whose filled part shows its value in every browser and theme.

export function Range(props: {
  min: number;
  max: number;
  step?: number;
  value: number;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean;
  onValue: (value: number) => void;
}) {
  const { min, max, value, onValue, ...rest } = props;
  const filled = Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  return (
    <input
      {...rest}
      type="range"
      min={min}
      max={max}
      value={value}
      style={{ "--filled": filled }}
      onInput={(event) => onValue(Number(event.currentTarget.value))}
    />
  );
}
