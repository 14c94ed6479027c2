"""The shipped engine, and tiny models in the formats of the Hugging Face hub."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from resources.sentiment.embedded import FOLDER, Embedded

SaveTiny = Callable[[Path, Sequence[str], Sequence[float]], Path]

# What every script of Unicode may bring: none may stop a run.
HARD_TEXTS = {
    "empty": "",
    "blank": " \t\n\u00a0\u2003",
    "emoji": "🚀🚀🚀",
    "arabic": "انهيار سعر البيتكوين بعد اختراق منصة تداول",
    "chinese": "比特币价格暴跌 交易所遭黑客攻击",
    "hindi": "बिटकॉइन की कीमत गिरी",
    "digits": "100 000 $ 42 %",
    "address": "https://example.org/hacked",
    "nul": "Bitcoin\x00falls\x1b[31m",
    "surrogate": "Bitcoin \ud800 falls",
    "combining": "B" + "\u0301" * 5000,
    "one word of 100 KB": "x" * 100_000,
    "100 KB of words": "exchange hacked again " * 4_600,
    "100 KB of emoji": "🚀" * 25_000,
}


@pytest.fixture(scope="session")
def embedded() -> Embedded:
    return Embedded()


@pytest.fixture(scope="session")
def needs_torch() -> None:
    torch = pytest.importorskip(
        "torch",
        reason="hub models need torch, which ./dev test --hf installs",
        exc_type=ImportError,
    )
    # Its threads wait for each other by spinning, which on a busy machine takes for ever.
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def save_tiny(needs_torch: None) -> SaveTiny:  # noqa: ARG001 (asked for its skip)
    """Saves a BERT of one small layer that gives the same logits for every text."""
    import torch  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    def save(folder: Path, classes: Sequence[str], logits: Sequence[float]) -> Path:
        config = transformers.BertConfig(
            hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
            max_position_embeddings=64, id2label=dict(enumerate(classes)),
            label2id={name: place for place, name in enumerate(classes)},
        )  # fmt: skip
        model = transformers.BertForSequenceClassification(config)
        torch.nn.init.zeros_(model.classifier.weight)
        model.classifier.bias.data = torch.tensor(list(logits), dtype=torch.float32)
        model.save_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(FOLDER).save_pretrained(folder)
        return folder

    return save
