// Entry of /notifications/.

import "../../ui/shell.ts";
import "../../styles/people.css";
import { render } from "preact";
import { NotificationsPage } from "./notifications-page.tsx";

const main = document.getElementById("main");
if (main) render(<NotificationsPage />, main);
