// Entry of /decisions/.

import "../../ui/shell.ts";
import "../../styles/people.css";
import "../../styles/moderation.css";
import { render } from "preact";
import { DecisionsPage } from "./decisions-page.tsx";

const main = document.getElementById("main");
if (main) render(<DecisionsPage />, main);
