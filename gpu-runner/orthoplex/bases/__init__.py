"""The bases that adapters attach to. Read protocol.py first, then a family's folder; registry.py loads them."""

from orthoplex.bases.protocol import AnyBase
from orthoplex.bases.registry import UnknownBase, descriptions_folder, load_base, present_bases, weights_folder

__all__ = ["AnyBase", "UnknownBase", "descriptions_folder", "load_base", "present_bases", "weights_folder"]
