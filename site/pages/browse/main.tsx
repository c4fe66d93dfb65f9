// Entry of /browse/.

import "../../ui/shell.ts";
import "./browse.css";
import { render } from "preact";
import { BrowsePage } from "./browse-page.tsx";

const main = document.getElementById("main");
if (main) render(<BrowsePage />, main);
