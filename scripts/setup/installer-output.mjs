// The installers' progress, read from their output. Pure.

/** npm at the log level `http` names each package that it has got. */
const NPM_PACKAGE = /^npm http (?:fetch GET 200|cache) \S+\.tgz\b/gm;
/** pip names each file with its size before it fetches it, or that it has it already. */
const PIP_FILE = /^ *(?:Downloading|Using cached) (\S+?)-\d\S* \(([\d.]+) ([kMG])B\)/gm;
const MEGABYTES = { k: 1e-3, M: 1, G: 1e3 };

/** @param {string} output */
export function npmProgress(output, total) {
  const count = [...output.matchAll(NPM_PACKAGE)].length;
  return count === 0 ? "" : `${Math.min(count, total)} of ${total} packages`;
}

/** @param {string} output */
export function pipProgress(output) {
  if (/^Installing collected packages/m.test(output)) return "unpacking";
  const files = [...output.matchAll(PIP_FILE)];
  const last = files.at(-1);
  if (!last) return "";
  const sizes = files.map(([, , size, unit]) => Number(size) * MEGABYTES[unit]);
  const sum = sizes.reduce((all, each) => all + each, 0);
  return `${files.length} files of ${Math.round(sum)} MB, now ${last[1]} (${last[2]} ${last[3]}B)`;
}

/** Without the lines that only show progress: what is left says why it failed. */
export const withoutProgress = (output) => output.replace(/^npm http .*\n/gm, "");
