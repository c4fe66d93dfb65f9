"""How much of the evaluation is run: plain numbers for four sizes. What a result depends on is hashed from here."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class MetricSettings:
    """How the metrics are made. They do not depend on the base."""

    people: int = 2600  # rendered characters to train the metrics on; the last fifth is only tested on
    batch_people: int = 96
    embedder_steps: int = 800
    attribute_steps: int = 300
    false_accept_rate: float = 1e-3


@dataclass(frozen=True)
class Settings:
    """One size of the evaluation. Steps and batch are the same for every method."""

    name: str = "small"
    metrics: MetricSettings = MetricSettings()
    concepts: int = 12  # characters in the main table
    curve_concepts: int = 16  # characters in the curve over the number merged
    tuning_start: int = 16  # position of the first character that rates are chosen on
    tuning_concepts: int = 1  # characters that rates are chosen on; in no table
    ablation_concepts: int = 2
    seeds: tuple[int, ...] = (0,)
    steps: int = 120
    batch: int = 4
    bank: int = 96  # pictures that the base draws to be silent on
    rate_factors: tuple[float, ...] = (0.5, 1.0, 2.0)
    strengths: tuple[float, ...] = (0.6, 1.0)
    curve_strengths: tuple[float, ...] = (0.4, 0.6, 0.8, 1.0)
    group: int = 3  # concepts merged in the main table, as in the paper
    merged_counts: tuple[int, ...] = (1, 2, 4, 8, 16)
    curve_measured: int = 4  # concepts drawn at each point of the curve over the number merged
    crosstalk_concepts: int = 4  # concepts whose pairs are measured for crosstalk
    prompts: int = 4  # per concept: its expressions in turn, on a background each
    draw_steps: int = 12
    guidance: float = 1.0  # the default of the cast bases
    draw_batch: int = 24
    fusion_batches: int = 4  # batches of activations per concept
    lbfgs_iterations: int = 8
    ranks: tuple[int, ...] = (4, 8)
    our_ranks: tuple[int, ...] = (2, 4)
    silences: tuple[str, ...] = ("share 1/4", "other captions", "penalty")
    bases: tuple[str, ...] = ("gaussian", "subset", "slots across classes", "balanced energy")
    lower_rates: tuple[float, ...] = (0.25,)
    bases_silenced: tuple[str, ...] = ("balanced energy",)  # those also tried with silence
    scenes: int = 6  # pictures of two and of three concepts
    residents: int = 100  # concepts loaded at once where a picture is compared byte for byte
    search_concepts: int = 4  # characters of the search for how a gated concept is trained
    search_scenes: int = 4  # pictures of two and of three of them, for each of the four ways

    def __post_init__(self) -> None:
        if self.tuning_start > self.measured:
            raise ValueError(f"tuning_start {self.tuning_start} lies behind the {self.measured} measured characters")

    @property
    def measured(self) -> int:
        """How many characters are measured in any table or curve."""
        return max(self.concepts, self.curve_concepts)

    def tuning(self, names: list[str]) -> list[str]:
        """Of all characters' names in order, those that rates are chosen on."""
        return names[self.tuning_start : self.tuning_start + self.tuning_concepts]


SMALL = Settings()
# What docs/results.md and the site's page show: the small size with repeats and the whole curve.
PUBLISHED = replace(
    SMALL,
    name="published",
    curve_concepts=32,
    merged_counts=(1, 2, 4, 8, 16, 32),
    curve_measured=8,
    ablation_concepts=3,
    seeds=(0, 1, 2),
    scenes=12,
    search_concepts=5,
    search_scenes=6,
)
FULL = replace(
    SMALL,
    name="full",
    metrics=MetricSettings(people=6500, embedder_steps=4000, attribute_steps=1000, batch_people=192),
    concepts=12,
    curve_concepts=32,
    tuning_concepts=3,
    ablation_concepts=6,
    seeds=(0, 1, 2),
    steps=480,
    batch=4,
    lbfgs_iterations=50,
    curve_strengths=(0.4, 0.6, 0.8, 1.0, 1.2),
    rate_factors=(0.25, 0.5, 1.0, 2.0, 4.0),
    merged_counts=(1, 2, 4, 8, 16, 32),
    curve_measured=8,
    crosstalk_concepts=8,
    prompts=8,
    draw_steps=24,
    draw_batch=64,
    fusion_batches=8,
    ranks=(1, 2, 4, 8, 15),
    our_ranks=(1, 2, 4),
    silences=("share 1/4", "share 3/4", "other captions", "other triggers", "nothing asked", "penalty"),
    lower_rates=(0.125, 0.25, 0.5),
    bases_silenced=SMALL.bases,
    scenes=24,
)
TINY = replace(
    SMALL,
    name="tiny",
    metrics=MetricSettings(people=260, batch_people=32, embedder_steps=30, attribute_steps=30),
    concepts=3,
    curve_concepts=3,
    tuning_start=3,
    ablation_concepts=2,
    steps=4,
    batch=4,
    bank=8,
    rate_factors=(1.0,),
    strengths=(1.0,),
    curve_strengths=(0.6, 1.0),
    merged_counts=(1, 2, 3),
    curve_measured=2,
    crosstalk_concepts=2,
    prompts=2,
    draw_steps=3,
    fusion_batches=1,
    lbfgs_iterations=5,
    ranks=(4, 8),
    silences=("share 1/4", "penalty"),
    bases=("gaussian", "balanced energy"),
    lower_rates=(),
    bases_silenced=(),
    scenes=2,
    search_concepts=3,
    search_scenes=1,
)
# On Stable Diffusion bases: the paper's table alone.
SD_SMALL = replace(
    SMALL,
    name="sd-small",
    concepts=6,
    curve_concepts=6,
    tuning_start=6,
    rate_factors=(0.3, 1.0, 3.0),
    draw_steps=20,
    guidance=2.0,
)
# One triple, recognised among the characters of the other table: half an hour of one core.
SD_QUICK = replace(
    SD_SMALL, name="sd-quick", concepts=3, curve_concepts=SMALL.curve_concepts, tuning_start=SMALL.tuning_start
)
SD_TINY = replace(SD_SMALL, name="sd-tiny", metrics=TINY.metrics, concepts=3, curve_concepts=3, tuning_start=3,
                  steps=2, batch=2, rate_factors=(1.0,), strengths=(1.0,), prompts=2, draw_steps=2)  # fmt: skip
SIZES = {size.name: size for size in (TINY, SMALL, PUBLISHED, FULL)}
SD_SIZES = {"tiny": SD_TINY, "quick": SD_QUICK, "small": SD_SMALL}
