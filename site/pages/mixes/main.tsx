// Entry of /mixes/.

import "../../ui/shell.ts";
import "../../styles/crosstalk.css";
import "../browse/browse.css";
import "./mixes.css";
import { render } from "preact";
import { MixesPage } from "./mixes-page.tsx";

const main = document.getElementById("main");
if (main) render(<MixesPage />, main);
