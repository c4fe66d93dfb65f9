// Entry of /collections/.

import "../../ui/shell.ts";
import "../../styles/people.css";
import { render } from "preact";
import { CollectionsPage } from "./collections-page.tsx";

const main = document.getElementById("main");
if (main) render(<CollectionsPage />, main);
