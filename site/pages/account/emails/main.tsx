// Entry of /account/emails/.

import "../../../ui/shell.ts";
import "../account.css";
import { render } from "preact";
import { EmailsPage } from "./emails-page.tsx";

const main = document.getElementById("main");
if (main) render(<EmailsPage />, main);
