// Entry of /compose/.

import "../../ui/shell.ts";
import "../../styles/crosstalk.css";
import "./cast.css";
import "./compose.css";
import "./publish-mix.css";
import "./iterate.css";
import "./picker.css";
import "./stage.css";
import { render } from "preact";
import { ComposePage } from "./compose-page.tsx";

const main = document.getElementById("main");
if (main) render(<ComposePage />, main);
