// Entry of /jobs/.

import "../../ui/shell.ts";
import "./jobs.css";
import { render } from "preact";
import { JobsPage } from "./jobs-page.tsx";

const main = document.getElementById("main");
if (main) render(<JobsPage />, main);
