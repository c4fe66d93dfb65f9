"""PyPI's openai, as it is: everything it can do here, and every error it knows."""

import base64
import json
import urllib.request
from typing import Any

import openai
from checks import (
    FLOODED,
    KEY,
    OPENAI_SIZES,
    PLAIN_PROMPTS,
    QUICK,
    UNDRAWABLE,
    URL,
    refusal,
    run_all,
    size_of_png,
)

client = openai.OpenAI(api_key=KEY, base_url=f"{URL}/openai/v1")


def fields(**more: Any) -> dict[str, Any]:
    extra = {"steps": QUICK, **more.pop("extra_body", {})}
    return {"model": "cast-3", "prompt": "a smiling person", "extra_body": extra, **more}


def picture(b64: str | None) -> str:
    return size_of_png(base64.b64decode(b64 or ""))


def message_of(error: openai.APIStatusError) -> str:
    words = [type(error).__name__, error.code, error.param]
    return f"{error.status_code} {', '.join(str(word) for word in words if word)}"


def jobs_with(seed: int) -> list[dict[str, Any]]:
    request = urllib.request.Request(f"{URL}/v1/generations?limit=100", headers={"authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request) as answer:
        items = json.load(answer)["items"]
    return [job for job in items if job["request"]["seed"] == seed]


def generate() -> str:
    reply = client.images.generate(**fields(extra_body={"seed": 11}))
    return f"base64 of a {picture(reply.data[0].b64_json)} PNG"


def urls() -> str:
    reply = client.images.generate(**fields(response_format="url", n=2))
    sizes = [size_of_png(urllib.request.urlopen(image.url).read()) for image in reply.data]
    return f"{len(sizes)} addresses without a key: {', '.join(sizes)}"


def adapters() -> str:
    extra = {"adapters": [{"ref": "orthoplex/paco", "strength": 1}], "seed": 5}
    image = client.images.generate(**fields(model="orthoplex/ivy", size="auto", extra_body=extra)).data[0]
    assert image.revised_prompt == "<ivy> a smiling person; <paco> a smiling person"
    return f"{picture(image.b64_json)}, revised_prompt with both triggers"


def plain_prompts() -> str:
    for prompt in PLAIN_PROMPTS:
        image = client.images.generate(**{**fields(model="orthoplex/ivy"), "prompt": prompt}).data[0]
        assert image.revised_prompt == f"<ivy> {prompt}"
        assert picture(image.b64_json) == "256x256"
    return f"{len(PLAIN_PROMPTS)} prompts drawn, revised_prompt with the trigger before each"


def own_sizes() -> str:
    for size in OPENAI_SIZES:
        reply = client.images.generate(**fields(model="orthoplex/ivy", size=size))
        assert picture(reply.data[0].b64_json) == reply.size == size
        warnings = (reply.model_extra or {})["warnings"]
        assert any(f"draws no {size}: drawn at 256x256 and enlarged" in each for each in warnings)
    return f"{', '.join(OPENAI_SIZES)}; warnings say at which size each was drawn"


def stream() -> str:
    events = client.images.generate(**fields(stream=True, partial_images=2, size="768x256", extra_body={"steps": 60}))
    types = []
    for event in events:
        picture(event.b64_json)
        types.append(event.type)
    assert types.pop() == "image_generation.completed"
    assert types in (["image_generation.partial_image"], ["image_generation.partial_image"] * 2)
    return "partial images, then completed"


def models() -> str:
    ids = [model.id for model in client.models.list()]
    assert {"cast-3", "orthoplex/ivy"} <= set(ids)
    assert client.models.retrieve("orthoplex/ivy").id == "orthoplex/ivy"
    return "bases and adapters; owner/name by its id"


def lost() -> str:
    """The client gives up waiting and sends its request again, twice."""
    hasty = client.with_options(timeout=0.4, max_retries=2)
    slow = fields(n=4, extra_body={"seed": 88_001, "steps": 96})
    refusal(lambda: hasty.images.generate(**slow), openai.APITimeoutError)
    return f"3 attempts, {len(jobs_with(88_001))} job"


def undrawable() -> str:
    return message_of(refusal(lambda: client.images.generate(**fields(prompt=UNDRAWABLE)), openai.BadRequestError))


def wrong_key() -> str:
    other = client.with_options(api_key="opx_wrong")
    return message_of(refusal(lambda: other.images.generate(**fields()), openai.AuthenticationError))


def wrong_model() -> str:
    error = refusal(lambda: client.images.generate(**fields(model="dall-e-3")), openai.NotFoundError)
    assert error.request_id.startswith("req_")
    return f"{message_of(error)}, with a request id"


def wrong_field() -> str:
    return message_of(refusal(lambda: client.images.generate(**fields(size="1000x1000")), openai.BadRequestError))


def wrong_adapter() -> str:
    extra = {"adapters": [{"ref": "nobody/nothing"}]}
    return message_of(
        refusal(lambda: client.images.generate(**fields(extra_body=extra)), openai.UnprocessableEntityError)
    )


def edit() -> str:
    image = ("a.png", bytes(8), "image/png")
    return message_of(refusal(lambda: client.images.edit(image=image, prompt="a hat"), openai.NotFoundError))


def too_many() -> str:
    other = client.with_options(default_headers={"cf-connecting-ip": FLOODED}, max_retries=0)
    error = refusal(lambda: other.images.generate(**fields()), openai.RateLimitError)
    return f"{message_of(error)}, Retry-After {error.response.headers['retry-after']}"


run_all(
    {
        # First: the minute in which that address has used up its writes is short.
        "too many requests": too_many,
        "images.generate": generate,
        "images.generate, response_format url, n 2": urls,
        "images.generate, model owner/adapter with adapters, seed and size auto": adapters,
        "images.generate, a person and a background in one clause, without the trigger": plain_prompts,
        "images.generate, OpenAI's own sizes": own_sizes,
        "images.generate, stream with partial_images 2": stream,
        "models.list, models.retrieve": models,
        "an answer lost on its way, retried by the client": lost,
        "a prompt that the runner cannot draw": undrawable,
        "a wrong key": wrong_key,
        "a model that is not there": wrong_model,
        "a field that is wrong": wrong_field,
        "an adapter that is not there": wrong_adapter,
        "images.edit": edit,
    }
)
