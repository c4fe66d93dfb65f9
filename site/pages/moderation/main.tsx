// Entry of /moderation/.

import "../../ui/shell.ts";
import "../../styles/people.css";
import "../../styles/moderation.css";
import { render } from "preact";
import { ModerationPage } from "./moderation-page.tsx";

const main = document.getElementById("main");
if (main) render(<ModerationPage />, main);
