"""Sampling compositions on any base."""

from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.sample.result import Canceled, NotFinite, SampleResult
from orthoplex.sample.sampler import sample, sample_batch

__all__ = ["AttachedAdapter", "Canceled", "NotFinite", "Region", "SampleResult", "SampleSpec", "sample", "sample_batch"]
