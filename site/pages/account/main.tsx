// Entry of /account/.

import "../../ui/shell.ts";
import "./account.css";
import { render } from "preact";
import { AccountPage } from "./account-page.tsx";

const main = document.getElementById("main");
if (main) render(<AccountPage />, main);
