"""Sampling compositions on any base."""

from orthoplex.bases.request import AttachedAdapter, Region, SampleSpec
from orthoplex.sample.result import Canceled, SampleResult
from orthoplex.sample.sampler import sample, sample_batch

__all__ = ["AttachedAdapter", "Canceled", "Region", "SampleResult", "SampleSpec", "sample", "sample_batch"]
