// Entry of /pictures/, and of one picture at /pictures/?id=pic_...

import "../../ui/shell.ts";
import "../../styles/people.css";
import "../adapter/adapter.css";
import "./pictures.css";
import { render } from "preact";
import { PicturePage } from "./picture-page.tsx";
import { PicturesPage } from "./pictures-page.tsx";

const id = new URLSearchParams(location.search).get("id")?.trim();
const main = document.getElementById("main");
if (main) render(id ? <PicturePage id={id} /> : <PicturesPage />, main);
