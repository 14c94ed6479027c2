"""From logits to probabilities that can be believed."""

from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy


def fitted(
    logits: Sequence[Sequence[float]], labels: Sequence[int], weights: Sequence[float]
) -> tuple[float, list[float]]:
    """The temperature and the offsets, neutral's being 0, under which the labels are likeliest.

    Probabilities are the softmax of logits / temperature + offsets: "On Calibration of Modern
    Neural Networks" (Guo et al. 2017), with offsets.
    """
    given = torch.tensor(logits, dtype=torch.float64)
    truth = torch.tensor(labels)
    share = torch.tensor(weights, dtype=torch.float64) / sum(weights)
    temperature = torch.zeros(1, dtype=torch.float64, requires_grad=True)  # its logarithm
    offsets = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([temperature, offsets], max_iter=200, line_search_fn="strong_wolfe")

    def unlikely() -> torch.Tensor:
        search.zero_grad()
        shift = torch.stack([offsets[0], torch.zeros((), dtype=torch.float64), offsets[1]])
        each = cross_entropy(given / temperature.exp() + shift, truth, reduction="none")
        loss = (each * share).sum()
        loss.backward()
        return loss

    search.step(unlikely)
    found = [round(offsets[0].item(), 4), 0.0, round(offsets[1].item(), 4)]
    return round(temperature.exp().item(), 4), found
