// Entry of /about/: plain HTML with one interactive part, the picture of three slots.

import "../static.ts";
import { render } from "preact";
import { ThreeSlots } from "../../ui/three-slots.tsx";

const place = document.getElementById("three-slots");
if (place) render(<ThreeSlots />, place);
