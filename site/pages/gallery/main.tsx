// Entry of /gallery/.

import "../../ui/shell.ts";
import "../compose/publish-mix.css";
import "./gallery.css";
import { render } from "preact";
import { GalleryPage } from "./gallery-page.tsx";

const main = document.getElementById("main");
if (main) render(<GalleryPage />, main);
