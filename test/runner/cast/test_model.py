"""The denoiser's sizes: a base that draws at twice the size begins as the smaller one; levels follow the average."""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

from orthoplex.bases.cast.base import CastBase
from orthoplex.bases.cast.flow import change_weights, edge_weights, flow_loss
from orthoplex.bases.cast.model import SIZES, CastConfig, CastModel, level_seen_as, seen_level
from orthoplex.bases.cast.parts import save_model
from orthoplex.cast_training.base import Trainer, fitted

from .conftest import awake


def test_averaging_pixels_lowers_the_noise_level_by_the_formula_of_seen_level() -> None:
    torch.manual_seed(0)
    t = torch.tensor([0.1, 0.5, 0.9, 1.0])
    seen, scale = seen_level(t, 2)
    noise = torch.randn(4, 1, 256, 256)
    averaged = F.avg_pool2d(t[:, None, None, None] * noise, 2) / scale[:, None, None, None]
    torch.testing.assert_close(averaged.std(dim=(1, 2, 3)), seen, rtol=0.02, atol=0)
    torch.testing.assert_close((1 - t) / scale, 1 - seen)
    torch.testing.assert_close(level_seen_as(seen, 2), t)
    assert seen_level(t, 1)[0] is t


def test_a_base_of_twice_the_size_starts_with_the_predictions_of_the_smaller_one(marked_base: CastBase) -> None:
    small = marked_base.model
    config = CastConfig(small.config.vocabulary_size, layers=2, **SIZES["cast-3"])
    torch.manual_seed(1)
    large = CastModel(config).eval()
    stored = small.state_dict()
    generator = torch.Generator().manual_seed(0)
    large.load_state_dict(
        {
            name: fitted(name, stored, value, config=config, generator=generator)
            for name, value in large.state_dict().items()
        }
    )
    words = torch.randint(5, 200, (2, 1, 16))
    colours, places = torch.rand(2, 1, 16, 4), torch.zeros(2, 1, dtype=torch.long)
    t = torch.tensor([0.4, 0.95])
    noisy = torch.randn(2, 3, 128, 128)
    seen, scale = seen_level(t, 2)
    with torch.no_grad():
        drawn = large(noisy, t, large.encode(words, colours, places), places)
        averaged = F.avg_pool2d(noisy, 2) / scale[:, None, None, None]
        expected = small(averaged, seen, small.encode(words, colours, places), places)
    expected = F.interpolate(expected, scale_factor=2, mode="bilinear", align_corners=False)
    torch.testing.assert_close(drawn, expected, rtol=0, atol=2e-4)


def test_edges_weigh_more_than_flat_areas() -> None:
    picture = torch.zeros(1, 3, 32, 32)
    picture[:, :, 16, 8:24] = 1.0
    weights = edge_weights(picture)
    assert weights[0, 0, 16, 16] > 3 * weights[0, 0, 2, 2]


def test_a_loss_depends_on_where_weights_are_larger_and_not_on_their_size() -> None:
    clean, t = torch.zeros(1, 3, 8, 8), torch.tensor([1.0])
    predicted = clean.clone()
    predicted[..., 0] = 1.0
    weights = torch.ones(1, 1, 8, 8)
    weights[..., 0] = 5.0
    plain = flow_loss(predicted, clean, t)
    torch.testing.assert_close(plain, torch.tensor(1 / 8))
    torch.testing.assert_close(flow_loss(predicted, clean, t, weights=weights), torch.tensor(5 / 12))
    torch.testing.assert_close(flow_loss(predicted, clean, t, weights=7 * weights), torch.tensor(5 / 12))


def test_differences_of_a_concepts_pictures_weigh_more() -> None:
    pictures = torch.rand(1, 4, 32, 32, generator=torch.Generator().manual_seed(0)).repeat(3, 1, 1, 1)
    torch.testing.assert_close(change_weights(pictures), torch.ones(1, 1, 32, 32))
    # one picture: nothing to compare
    torch.testing.assert_close(change_weights(pictures[:1]), torch.ones(1, 1, 32, 32))
    pictures[0, :, 20, 12:16], pictures[1, :, 20, 12:16] = 0.0, 1.0
    weights = change_weights(pictures, strength=4.0)
    assert bool((weights[0, 0, 18:23, 10:18] == 5.0).all())
    assert bool((weights[0, 0, :18] == 1.0).all())
    assert bool((weights[0, 0, :, :10] == 1.0).all())


def test_only_a_coarse_picture_has_a_decoder() -> None:
    assert CastModel(CastConfig(10)).decoder is None
    assert CastModel(CastConfig(10, **SIZES["cast-3"])).decoder is not None


def test_sizes_are_read_from_a_header_with_the_decoder_if_there_is_one() -> None:
    """The preview compares the sizes of its graphs with those in the weights' header."""
    small, large = CastConfig(10), CastConfig(10, **SIZES["cast-3"])
    for config in (small, large):
        assert CastConfig(**json.loads(json.dumps(config.as_dict()))) == config
    assert not {"coarse", "decoder_channels"} & set(small.as_dict())
    assert {"coarse", "decoder_channels"} <= set(large.as_dict())


def test_a_training_from_a_published_base_starts_with_its_weights(tmp_path: Path) -> None:
    config = CastConfig(vocabulary_size=40, layers=1, text_layers=1)
    torch.manual_seed(7)
    published = awake(CastModel(config))
    save_model(published, dict(published.state_dict()), tmp_path / "model.safetensors")
    trainer = Trainer(config, "cpu", torch.bfloat16, learning_rate=1e-3, floor=0.5, high_share=0.35)
    trainer.start_from(tmp_path / "model.safetensors")
    for name, weight in published.state_dict().items():
        assert torch.equal(trainer.masters[name], weight.half().float())
        assert torch.equal(trainer.average[name], weight.half().float())
        assert torch.equal(trainer.model.get_parameter(name), weight.half().bfloat16())
