// Entry of /adapter/?id=owner/name, which the edge also serves at /a/owner/name.

import "../../ui/shell.ts";
import "../../styles/people.css";
import "./adapter.css";
import "./file-report.css";
import "./strength-guide.css";
import { render } from "preact";
import { refOf } from "../../ui/address.ts";
import { AdapterPage } from "./adapter-page.tsx";

const main = document.getElementById("main");
if (main) render(<AdapterPage id={refOf(location, "a", "id")} />, main);
