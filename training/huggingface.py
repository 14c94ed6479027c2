"""The shipped model in Hugging Face format, for transformers, fine-tuning or a hub.

    python -m training.huggingface --out /tmp/headwater-minilm [--model resources/sentiment/model]

Its int8 weights become float32, and what calibrates the probabilities is folded into the last
layer, so that `pipeline("text-classification")` gives the probabilities of the embedded engine,
but for what int8 activations round: see docs/sentiment_model.md. Needs onnx, but not torch.
"""

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from resources.sentiment.embedded import FOLDER
from training.words import WORDS, unpacked

Weights = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parsed = parser.parse_args()
    write(parsed.model, parsed.out)


def write(model: Path, out: Path) -> None:
    """Weights, configuration and tokenizer of the model that lies in a folder of ours."""
    out.mkdir(parents=True, exist_ok=True)
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(model / file, out / file)
    weights = dequantised(model / "model.onnx")
    card = json.loads((model / "sentiment.json").read_text())
    weights["classifier.weight"] /= card["temperature"]
    weights["classifier.bias"] /= card["temperature"]
    weights["classifier.bias"] += np.array(card["offsets"], dtype=np.float32)
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})


def dequantised(file: Path) -> Weights:
    """The weights as BertForSequenceClassification names them."""
    tensors = {one.name: numpy_helper.to_array(one) for one in onnx.load(file).graph.initializer}
    names = [name for name in tensors if name.startswith("classifier.")]
    ending = "_quantized"
    plain = {name: tensors[name] for name in names if name.endswith((".bias", ".weight"))}
    plain[WORDS] = unpacked(tensors)
    packed = {
        name.removesuffix(ending): _unpacked(tensors, name.removesuffix(ending))
        for name in names
        if name.endswith(ending)
    }
    return {
        name.removeprefix("classifier."): np.array(values, dtype=np.float32, order="C")
        for name, values in (plain | packed).items()
    }


def _unpacked(tensors: Mapping[str, Any], name: str) -> Any:
    steps = tensors[f"{name}_quantized"].astype(np.float32)
    # ONNX multiplies from the left, torch from the right.
    return ((steps - tensors[f"{name}_zero_point"]) * tensors[f"{name}_scale"]).T


if __name__ == "__main__":
    main()
