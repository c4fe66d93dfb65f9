// Entry of the home page: plain HTML with two interactive parts, the newest adapters and the picture of three slots.

import "../static.ts";
import "../compose/stage.css";
import "./home.css";
import { render } from "preact";
import { ThreeSlots } from "../../ui/three-slots.tsx";
import { Latest } from "./latest.tsx";

const slots = document.getElementById("slots");
if (slots) render(<ThreeSlots />, slots);

const latest = document.getElementById("latest");
if (latest) render(<Latest />, latest);
