// Entry of /mix/?ref=owner/name[:n], which the edge also serves at /m/owner/name.

import "../../ui/shell.ts";
import "../../styles/crosstalk.css";
import "../adapter/adapter.css";
import "./mix.css";
import { render } from "preact";
import { refOf } from "../../ui/address.ts";
import { MixPage } from "./mix-page.tsx";

const main = document.getElementById("main");
if (main) render(<MixPage id={refOf(location, "m", "ref")} />, main);
