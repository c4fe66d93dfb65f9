// Entry of /following/.

import "../../ui/shell.ts";
import "../../styles/people.css";
import "../../styles/crosstalk.css";
import { render } from "preact";
import { FollowingPage } from "./following-page.tsx";

const main = document.getElementById("main");
if (main) render(<FollowingPage />, main);
