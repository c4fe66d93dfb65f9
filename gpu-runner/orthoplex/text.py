"""Text that every later stage can carry: what schema/contract/text.ts refuses is taken out. Pure.

The edge lets none of it in; a runner that is handed some anyway (an older edge, a file's own words) draws on without it.
"""

import re
from typing import Any

# The ranges of schema/contract/text.ts: control characters but tab and line ends, bidirectional embeddings, overrides and
# isolates, interlinear annotation, noncharacters; and halves of surrogate pairs, which UTF-8 cannot hold.
_UNCARRIABLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
    r"\ud800-\udfff]+"
)


def is_carriable(text: str) -> bool:
    """Whether every stage can carry `text` as it is."""
    return _UNCARRIABLE.search(text) is None


def cleaned(text: str) -> str:
    """`text` without what cannot be carried."""
    return _UNCARRIABLE.sub("", text)


def carriable(value: Any) -> Any:
    """A JSON value with every text in it cleaned, keys included."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {cleaned(key) if isinstance(key, str) else key: carriable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [carriable(each) for each in value]
    return value
