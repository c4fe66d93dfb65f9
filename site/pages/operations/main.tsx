// Entry of /operations/.

import "../../ui/shell.ts";
import "../../styles/operations.css";
import { render } from "preact";
import { OperationsPage } from "./operations-page.tsx";

const main = document.getElementById("main");
if (main) render(<OperationsPage />, main);
