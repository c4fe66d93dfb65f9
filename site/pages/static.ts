// Entry of pages that are plain HTML: header and footer, copy buttons on code.

import "../ui/shell.ts";
import "../ui/code-copy.ts";
import "./static.css";
