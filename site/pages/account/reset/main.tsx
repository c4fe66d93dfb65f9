// Entry of /account/reset/.

import "../../../ui/shell.ts";
import "../account.css";
import { render } from "preact";
import { ResetPage } from "./reset-page.tsx";

const main = document.getElementById("main");
if (main) render(<ResetPage />, main);
