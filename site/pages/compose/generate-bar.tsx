// The Generate and Stop buttons. On a phone they stay at the lower edge of the screen.

import { Icon } from "../../ui/icon.tsx";
import { signInUrl } from "../../ui/notice.tsx";

export function GenerateBar(props: {
  guest: boolean;
  ready: boolean;
  busy: boolean;
  count: number;
  stoppable: boolean;
  onStop: () => void;
}) {
  const { count } = props;
  return (
    <div class="generate-bar">
      {props.guest ? (
        <a class="button primary big" href={signInUrl()}>
          Sign in to generate
        </a>
      ) : (
        <button type="submit" class="button primary big" disabled={!props.ready}>
          <Icon name="spark" />
          {props.busy ? "CanvasPanel" : count > 1 ? `Generate ${count} pictures` : "Generate"}
        </button>
      )}
      {props.stoppable && (
        <button type="button" class="button big" onClick={props.onStop}>
          Stop
        </button>
      )}
    </div>
  );
}
