// Entry of /publish/. `?training=job_...` resumes a training, `?adapter=owner/name` creates a new version, `?way=file` from a file.

import "../../ui/shell.ts";
import "./publish.css";
import "./training.css";
import "./file.css";
import "../adapter/file-report.css";
import "../adapter/strength-guide.css";
import { render } from "preact";
import { PublishPage } from "./publish-page.tsx";

const main = document.getElementById("main");
if (main) render(<PublishPage />, main);
