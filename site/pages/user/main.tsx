// Entry of /user/?handle=name.

import "../../ui/shell.ts";
import "../../styles/people.css";
import "../../styles/crosstalk.css";
import "./user.css";
import { render } from "preact";
import { UserPage } from "./user-page.tsx";

const main = document.getElementById("main");
const handle = new URLSearchParams(location.search).get("handle")?.trim().toLowerCase() ?? "";
if (main) render(<UserPage handle={handle} />, main);
