// Entry of /adapter/?id=owner/name.

import "../../ui/shell.ts";
import "./adapter.css";
import { render } from "preact";
import { AdapterPage } from "./adapter-page.tsx";

const main = document.getElementById("main");
if (main) render(<AdapterPage id={new URLSearchParams(location.search).get("id") ?? ""} />, main);
