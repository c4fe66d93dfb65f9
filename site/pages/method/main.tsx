// Entry of /method/: plain HTML, filled at build time by site/build/method, with two interactive parts.

import "../static.ts";
import "./method.css";
import { render } from "preact";
import { ThreeSlots } from "../../ui/three-slots.tsx";
import { GatesFigure } from "./gates-figure.tsx";

const slots = document.getElementById("three-slots");
if (slots) render(<ThreeSlots />, slots);

const gates = document.getElementById("gates");
if (gates) render(<GatesFigure />, gates);
