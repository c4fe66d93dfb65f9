// Entry of /method/: plain HTML, filled at build time by site/build/method, with two interactive parts.

import "../static.ts";
import "./method.css";
import { render } from "preact";
import { ThreeSlots } from "../../ui/three-slots.tsx";
import { ChannelsFigure } from "./channels.tsx";

const slots = document.getElementById("three-slots");
if (slots) render(<ThreeSlots />, slots);

const channels = document.getElementById("channels");
if (channels) render(<ChannelsFigure />, channels);
