"""Examples of each command, as its --help shows them. Text alone."""

RUN = """\
  orthoplex run --url https://orthoplex.example --token-file ~/.orthoplex-key
  ORTHOPLEX_RUNNER_TOKEN=opx_... orthoplex run --bases my-sd --device cuda:1
"""
TRAIN = """\
  orthoplex train pictures/ada --trigger '<ada>' --slot 5 --out ada.safetensors
  orthoplex train pictures/rex --trigger '<rex>' --class-word dog --slot 6 --base my-sd --out rex.safetensors
  orthoplex train kohya/img --slot 7 --base sdxl --vram 12 --flip --out rex.safetensors
  orthoplex train kohya/img --slot 7 --base sdxl --vram 8 --resolution 768 --estimate --out rex.safetensors
"""
GENERATE = """\
  orthoplex generate '<ada> smiling' --adapter ada.safetensors --out pictures
  orthoplex generate '<ada> and <rex> in a (park:1.2)' --base my-sd --adapter ada.safetensors@0,0,0.5,1 \\
      --adapter rex.safetensors=0.8@0.5,0,0.5,1 --size 768x512 --sampler 'DPM++ 2M Karras' --negative blurry
  orthoplex generate '<ada> in a __place__, {dawn|dusk}' --base sdxl --adapter ada.safetensors --count 4 \\
      --wildcards wildcards --dtype fp16 --offload --vae-tiling
"""
BASE = """\
  orthoplex base list
  orthoplex base add ~/models/stable-diffusion-v1-5 --id sd15 --title 'Stable Diffusion 1.5'
  orthoplex base add stabilityai/stable-diffusion-xl-base-1.0 --id sdxl --title SDXL
  ORTHOPLEX_RUNNER_TOKEN=opx_... orthoplex base publish sdxl --url https://orthoplex.example
"""
INSPECT = """\
  orthoplex inspect ada.safetensors
  orthoplex inspect --json ada.safetensors rex.safetensors
  orthoplex inspect downloads/rex-lora.safetensors
  orthoplex inspect ada.safetensors downloads/rex-lora.safetensors --base my-sd
"""
EXPORT = """\
  orthoplex export ada.safetensors --base my-sd --format kohya --out ada-lora.safetensors
  orthoplex export ada.safetensors=0.8 rex.safetensors --base my-sd --format folder \\
      --prompt '<ada> and <rex> in a park' --out ada-and-rex
"""
IMPORT = """\
  orthoplex import ada-lora.safetensors --base my-sd --licence CC-BY-4.0 --out ada-foreign.safetensors
  orthoplex generate 'ada in a park' --base my-sd --lora ada-foreign.safetensors=0.8
  orthoplex generate '<rex> and <ada>' --base my-sd --adapter ada.safetensors --lora 'rex.safetensors@<rex>:rexdog dog'
"""
CONVERT = """\
  orthoplex convert rex-lora.safetensors --base my-sd --words 'rexdog dog' --class-word dog --trigger '<rex>' \\
      --slot 7 --out rex.safetensors
"""
MERGE = """\
  orthoplex merge style.safetensors=0.6 ada-lora.safetensors --base my-sd --out my-sd-with-style
"""
DOCTOR = """\
  orthoplex doctor
  orthoplex doctor --device cuda --json
  orthoplex doctor --training
"""
