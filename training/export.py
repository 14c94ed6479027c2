"""Make the shipped model of a trained one.

    python -m training.export --model /tmp/model [--with /tmp/model-of-another-seed]
                              --data ../shared/data/sentiment --out resources/sentiment/model

Averages the weights of the models given, writes int8 ONNX with two outputs (`logits` in the order
of LABELS, `about` of length 1), the tokenizer, and sentiment.json with what makes
probabilities of the logits, fitted on held-out rows.
"""

import argparse
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoTokenizer

from resources.sentiment.embedded import Embedded
from training.calibrate import fitted
from training.data import measured_rows
from training.network import Network, loaded
from training.words import pack

# How many tokens the shipped model reads: a headline has 10 to 40, a long post 200.
TOKENS = 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--with", type=Path, nargs="*", default=[], dest="others")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="headwater-minilm-2")
    parsed = parser.parse_args()
    parsed.out.mkdir(parents=True, exist_ok=True)
    network = averaged([parsed.model, *parsed.others])
    write_onnx(network, parsed.out / "model.onnx")
    write_tokenizer(parsed.model, network, parsed.out)
    card = {"name": parsed.name, "tokens": TOKENS, "temperature": 1.0, "offsets": [0.0] * 3}
    card["sha256"] = {name: _digest(parsed.out / name) for name in ("model.onnx", "tokenizer.json")}
    _write(card, parsed.out)
    _write(card | calibration(Embedded(parsed.out), parsed.data), parsed.out)
    for file in sorted(parsed.out.iterdir()):
        print(f"{file.name:24} {file.stat().st_size:>10,} {_digest(file)}")


def averaged(folders: list[Path]) -> Network:
    """The mean of the weights of models that began as the same encoder."""
    networks = [loaded(folder) for folder in folders]
    states = [network.state_dict() for network in networks]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0)
        if states[0][name].is_floating_point()
        else states[0][name]
        for name in states[0]
    }
    first = networks[0]
    first.load_state_dict(mean)
    first.eval()
    return first


def write_onnx(network: Network, file: Path) -> None:
    ids, mask = torch.full((2, 9), 7), torch.ones((2, 9), dtype=torch.int64)
    shape = {
        0: torch.export.Dim("texts", min=1, max=1024),
        1: torch.export.Dim("tokens", min=2, max=512),
    }
    program: Any = torch.onnx.export(
        network,
        (ids, mask),
        dynamo=True,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits", "about"],
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        optimize=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        program.save(plain)
        graph = onnx.load(plain)
        # The shapes that the exporter noted contradict what the quantiser infers.
        del graph.graph.value_info[:]
        for node in graph.graph.node:
            # Where in whose folder it was traced.
            del node.metadata_props[:]
        _name_weights(graph.graph)
        pack(graph.graph)
        onnx.save(graph, plain)
        quantize_dynamic(
            plain,
            file,
            ["MatMul"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )


def _name_weights(graph: Any) -> None:
    """Give the weights that the exporter turned round the names that they had, by their biases."""
    added = {
        one: bias
        for node in graph.node
        if node.op_type == "Add"
        for one in node.input
        for bias in node.input
        if bias != one and bias.endswith(".bias")
    }
    names = {
        node.input[1]: added[node.output[0]].removesuffix("bias") + "weight"
        for node in graph.node
        if node.op_type == "MatMul" and node.output[0] in added
    }
    for tensor in graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)


def calibration(engine: Embedded, data: Path) -> dict[str, Any]:
    """Fitted on rows that were held out, of our own, SEntFiN and the tweets, each set counting a
    third."""
    rows = measured_rows(data)
    labelled = [
        (row, 1 / len(rows[name])) for name in ("own", "sentfin", "tweets") for row in rows[name]
    ]
    temperature, offsets = fitted(
        [engine.logits(row.text)[0] for row, _ in labelled],
        [row.label for row, _ in labelled],
        [weight for _, weight in labelled],
    )
    return {"temperature": temperature, "offsets": offsets}


def write_tokenizer(model: Path, network: Network, out: Path) -> None:
    """With the configuration of the network, so that transformers' Auto classes read the folder."""
    AutoTokenizer.from_pretrained(model).save_pretrained(out)
    network.classifier.config.save_pretrained(out)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write(card: dict[str, Any], out: Path) -> None:
    (out / "sentiment.json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
