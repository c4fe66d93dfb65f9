"""Pipelines by their name on the Hugging Face hub: downloaded into the hub's own cache, then used like any folder."""

from __future__ import annotations

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

from orthoplex.bases.sd.parts import FolderRefused

_ID = re.compile(r"(?P<repo>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(?:@(?P<revision>[\w./-]{1,200}))?")
# No pickles, and of weights kept in several precisions the whole ones.
WANTED = ("model_index.json", "*/*.json", "*/*.txt", "*/*.safetensors")
UNWANTED = ("*.fp16.*", "*.non_ema.*", "safety_checker/*", "feature_extractor/*")


def is_hub_id(source: str) -> bool:
    """Whether `source` is written as owner/name or owner/name@revision, and is no folder here."""
    return _ID.fullmatch(source) is not None and not Path(source).exists()


def fetched(source: str, *, local_only: bool = False) -> Path:
    """The folder of the pipeline; FolderRefused where the hub has none of that name or cannot be reached."""
    match = _ID.fullmatch(source)
    if match is None:
        raise FolderRefused(f"{source} is no name of the hub: it looks like owner/name or owner/name@revision.")
    try:
        folder = snapshot_download(
            match["repo"],
            revision=match["revision"],
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
            local_files_only=local_only,
        )
    except RepositoryNotFoundError as error:
        raise FolderRefused(f"The hub has no {match['repo']}, or it asks for a token (hf auth login).") from error
    except (LocalEntryNotFoundError, HfHubHTTPError) as error:
        raise FolderRefused(f"{match['repo']} could not be fetched: {str(error).splitlines()[0]}") from error
    return Path(folder)
