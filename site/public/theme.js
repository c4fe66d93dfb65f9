// Runs before the first paint, so that the page does not flash in the other theme. A separate file, because inline scripts are forbidden.
try {
  const chosen = localStorage.getItem("orthoplex.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be blocked; the system's theme is right then.
}
