// Entry of /collection/?ref=owner/name.

import "../../ui/shell.ts";
import "../../styles/crosstalk.css";
import "../../styles/people.css";
import "../adapter/adapter.css";
import "./collection.css";
import { render } from "preact";
import { CollectionPage } from "./collection-page.tsx";

const main = document.getElementById("main");
if (main) render(<CollectionPage id={new URLSearchParams(location.search).get("ref") ?? ""} />, main);
