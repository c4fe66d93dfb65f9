// Shows one step at a time: what is being done, for how long already, and what is known of it. A terminal has one line, redrawn each second;
// elsewhere a step that takes longer than a moment has a line when that is clear, one every ten seconds, and one at its end.

const MOMENT_MS = 1_000;
const SHOW_EVERY_MS = 10_000;

/**
 * @typedef {object} Step
 * @property {(text: string) => void} detail What is known now, for example "12 of 26".
 * @property {() => void} done
 * @property {() => void} failed Ends the step without a word: an error follows.
 */

/**
 * `doing` is the step while it is done ("Installing npm packages"), `done` when it has been ("Installed npm packages").
 * @param {{ doing: string, done: string }} title
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} output
 * @returns {Step}
 */
export function beginStep(title, output = process.stdout) {
  const begun = performance.now();
  const live = output.isTTY === true;
  let detail = "";
  let shown = false;
  const elapsed = () => performance.now() - begun;
  const seconds = () => `${Math.round(elapsed() / 1000)} s`;
  const show = () => {
    shown = true;
    const line = `· ${[title.doing, detail, seconds()].filter(Boolean).join(", ")}`;
    output.write(live ? `\r\x1b[K${line}` : `${line}\n`);
  };
  const first = setTimeout(show, MOMENT_MS);
  const ticker = setInterval(show, live ? MOMENT_MS : SHOW_EVERY_MS);
  const end = () => {
    clearTimeout(first);
    clearInterval(ticker);
  };
  return {
    detail: (text) => {
      detail = text;
    },
    done: () => {
      end();
      if (!shown && elapsed() < MOMENT_MS) return;
      output.write(`${live ? "\r\x1b[K" : ""}✓ ${title.done} in ${seconds()}\n`);
    },
    failed: () => {
      end();
      if (live && shown) output.write("\n");
    },
  };
}

/**
 * Does `work` as a step.
 * @template T
 * @param {{ doing: string, done: string }} title
 * @param {(detail: (text: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function runStep(title, work) {
  const step = beginStep(title);
  try {
    const result = await work(step.detail);
    step.done();
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}
