// A base that reserves channels for marked tokens, as no base of the product does now: cast-3 with the slots of
// schema/examples/reserved-channels.json. Its adapters are orthoplex.adapter/1.

import cast3 from "../../schema/bases/cast-3.json" with { type: "json" };
import channels from "../../schema/examples/reserved-channels.json" with { type: "json" };

const { entries: _entries, gate: _gate, ...rest } = cast3;
export const RESERVING = { ...rest, ...channels };
