"""The network: a MiniLM encoder with two heads."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import normalize
from transformers import AutoConfig, BertForSequenceClassification

from resources.sentiment.base import LABELS

# What all-MiniLM-L6-v2 is whichever package carries it.
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Network(nn.Module):  # type: ignore[misc]
    """Sentiment by the first token, as BertForSequenceClassification has it; what a text is about
    by a projection of the mean of its tokens."""

    def __init__(self, classifier: Any) -> None:
        super().__init__()
        self.classifier = classifier
        width = classifier.config.hidden_size
        self.projection = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.projection.weight)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits in the order of LABELS, and vectors of length 1."""
        hidden = self.classifier.bert(input_ids=input_ids, attention_mask=attention_mask)
        dropped = self.classifier.dropout(hidden.pooler_output)
        about = self.projection(mean(hidden.last_hidden_state, attention_mask))
        return self.classifier.classifier(dropped), normalize(about, dim=-1)


def mean(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The mean of the states of a text's tokens."""
    weights = attention_mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def new_network(encoder: Path) -> Network:
    """The packaged encoder below heads that know nothing yet."""
    config = AutoConfig.from_pretrained(
        encoder,
        num_labels=len(LABELS),
        id2label=dict(enumerate(LABELS)),
        label2id={label: place for place, label in enumerate(LABELS)},
    )
    return Network(BertForSequenceClassification.from_pretrained(encoder, config=config))


def loaded(folder: Path) -> Network:
    """A network that training/train.py has written."""
    network = Network(
        BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
    )
    network.projection.load_state_dict(load_file(folder / "projection.safetensors"))
    network.eval()
    return network
