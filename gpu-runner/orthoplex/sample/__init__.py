"""Sampling compositions on a base."""

from orthoplex.sample.sampler import sample, sample_batch
from orthoplex.sample.spec import AttachedAdapter, Canceled, Region, SampleResult, SampleSpec

__all__ = ["AttachedAdapter", "Canceled", "Region", "SampleResult", "SampleSpec", "sample", "sample_batch"]
