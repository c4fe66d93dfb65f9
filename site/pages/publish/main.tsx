// Entry of /publish/. `?training=job_...` goes on with a training, `?adapter=owner/name` teaches a new version.

import "../../ui/shell.ts";
import "./publish.css";
import "./training.css";
import { render } from "preact";
import { PublishPage } from "./publish-page.tsx";

const main = document.getElementById("main");
if (main) render(<PublishPage />, main);
