"""PyPI's replicate, as it is: predictions, streams, files, trainings, models, and every error it knows."""

import io
import os
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import replicate
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
from replicate.exceptions import ModelError, ReplicateError

# This client writes /v1 itself.
client = replicate.Client(api_token=KEY, base_url=f"{URL}/replicate")
BASE = "bases/cast-3"
CONCEPT = Path(os.environ["ORTHOPLEX_TEST_CONCEPT"])


def words(**more: Any) -> dict[str, Any]:
    return {"prompt": "a smiling person", "num_inference_steps": QUICK, **more}


def picture(output: Any) -> str:
    return size_of_png(urllib.request.urlopen(str(output)).read())


def code_of(error: ReplicateError) -> str:
    """Problem details are what this client reads its errors from."""
    return f"{error.status} {error.title}"


def run() -> str:
    output = client.run("orthoplex/ivy", input=words(seed=1))
    return f"an address of a {picture(output[0])} PNG"


def plain_prompts() -> str:
    for prompt in PLAIN_PROMPTS:
        assert picture(client.run("orthoplex/ivy", input=words(prompt=prompt))[0]) == "256x256"
    return f"{len(PLAIN_PROMPTS)} prompts drawn"


def own_sizes() -> str:
    for size in OPENAI_SIZES:
        width, height = (int(side) for side in size.split("x"))
        assert picture(client.run("orthoplex/ivy", input=words(width=width, height=height))[0]) == size
    return ", ".join(OPENAI_SIZES)


def run_version() -> str:
    version = client.models.get("orthoplex/ivy").latest_version
    assert version is not None
    output = client.run(f"orthoplex/ivy:{version.id}", input=words(num_outputs=2))
    return f"{len(output)} addresses"


def polled() -> str:
    prediction = client.predictions.create(model=BASE, input=words(), wait=False)
    first = prediction.status
    prediction.wait()
    return f"{first} to {prediction.status}"


def runs_out() -> str:
    drawn = words(num_inference_steps=20, num_outputs=4)
    assert client.predictions.create(model=BASE, input=drawn, wait=1).status == "starting"
    return f"starting, then {len(client.run(BASE, input=drawn, wait=1))} addresses"


def lists() -> str:
    prediction = client.predictions.create(model=BASE, input=words())
    prediction.wait()
    assert prediction.progress is not None
    assert prediction.progress.percentage == 1.0
    assert prediction.id in [each.id for each in client.predictions.list()]
    return f"{prediction.status}, 100% in its logs, found in the list"


def stream() -> str:
    kinds, output = set(), ""
    for event in client.stream(BASE, input=words(num_inference_steps=40)):
        kinds.add(event.event.value)
        if event.event.value == "output":
            output = event.data
    assert {"logs", "output", "done"} <= kinds
    return f"logs, output ({picture(output)}), done"


def cancel() -> str:
    prediction = client.predictions.create(
        model=BASE, input=words(num_inference_steps=100, num_outputs=16, size="768x256"), wait=False
    )
    prediction.cancel()
    prediction.wait()
    return str(prediction.status)


def undrawable() -> str:
    error = refusal(lambda: client.run(BASE, input=words(prompt=UNDRAWABLE)), ModelError)
    assert "people" in str(error)
    return "Error: Prediction failed, with the runner's words"


def files() -> str:
    path = sorted(CONCEPT.glob("*.png"))[0]
    file = client.files.create(path, metadata={"of": "june"})
    assert client.files.get(file.id).metadata == {"of": "june"}
    assert file.id in [each.id for each in client.files.list()]
    assert client.files.delete(file.id)
    return "not_found" if "Nothing is here" in str(refusal(lambda: client.files.get(file.id), ReplicateError)) else ""


def trainings() -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(CONCEPT.glob("*.png"))[:4]:
            archive.write(path, path.name)
    packed.name = "june.zip"  # type: ignore[attr-defined]
    file = client.files.create(packed)
    owner = client.accounts.current().username

    def train(steps: int) -> Any:
        return client.trainings.create(
            model=BASE,
            version="cast-3",
            destination=f"{owner}/june-two",
            input={"input_images": file.urls["get"], "trigger_word": "june", "steps": steps},
        )

    def ended(training: Any) -> Any:
        while training.status in ("starting", "processing"):
            time.sleep(0.3)
            training.reload()
        return training

    training = ended(train(2))
    assert training.status == "succeeded", training.error
    assert len(client.run(training.output["version"], input=words())) == 1
    second = train(2_000)
    second.cancel()
    return f"{training.status}, and its version drawn; the second {ended(second).status}"


def models() -> str:
    owner = client.accounts.current().username
    made = client.models.create(owner=owner, name="blank-two", visibility="private", hardware="runner")
    assert made.latest_version is None
    assert "cast-3" in [model.name for model in client.models.list()]
    assert "ivy" in [model.name for model in client.models.search("ivy")]
    ivy = client.models.get("orthoplex/ivy")
    version = ivy.versions.get(ivy.versions.list()[0].id)
    assert version.openapi_schema["components"]["schemas"]["Input"]
    return "a draft made; bases and adapters found"


def wrong_key() -> str:
    other = replicate.Client(api_token="opx_wrong", base_url=f"{URL}/replicate")
    return code_of(refusal(other.predictions.list, ReplicateError))


def not_there() -> str:
    model = refusal(lambda: client.run("nobody/nothing", input=words()), ReplicateError)
    prediction = refusal(lambda: client.predictions.get(f"job_{'0' * 22}"), ReplicateError)
    return f"{code_of(model)}; {code_of(prediction)}"


def wrong_version() -> str:
    return code_of(refusal(lambda: client.run("orthoplex/ivy:7", input=words()), ReplicateError))


def wrong_field() -> str:
    return code_of(refusal(lambda: client.run(BASE, input=words(promt="a")), ReplicateError))


def too_many() -> str:
    other = replicate.Client(api_token=KEY, base_url=f"{URL}/replicate", headers={"cf-connecting-ip": FLOODED})
    return code_of(refusal(lambda: other.predictions.create(model=BASE, input=words()), ReplicateError))


run_all(
    {
        # First: the minute in which that address has used up its writes is short.
        "too many requests": too_many,
        "run, owner/name": run,
        "run, a person and a background in one clause, without the trigger": plain_prompts,
        "run, OpenAI's own sizes": own_sizes,
        "run, owner/name:version": run_version,
        "run, polling, with progress": polled,
        "run, the wait running out while it is drawn": runs_out,
        "predictions.create, get, list and the progress in logs": lists,
        "stream": stream,
        "predictions.cancel": cancel,
        "a prompt that the runner cannot draw": undrawable,
        "files.create, get, list, delete": files,
        "trainings.create, get, cancel": trainings,
        "models.create, get, list, search, versions": models,
        "a wrong key": wrong_key,
        "a model and a prediction that are not there": not_there,
        "a version that is not there": wrong_version,
        "a field that is wrong": wrong_field,
    }
)
