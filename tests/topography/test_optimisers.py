"""Adam, against torch's own, and what it is for."""

import subprocess
import sys
from pathlib import Path

import torch
from torch import nn

from alignment.topography.optimisers import Adam

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
STEPS = 12
TRAIN = """
import sys
import numpy as np
from alignment.topography.losses import spatial_loss
from alignment.topography.training import Images, train
rng = np.random.default_rng(0)
shown = rng.integers(0, 256, (8, 28, 28, 1), dtype=np.uint8), np.arange(8) % 2
train(Images(*shown, *shown), spatial_loss("WS", (11, 11)), 1.0, 1, epochs=1)
print("torch" in sys.modules, "torch._dynamo" in sys.modules)
"""


def test_steps_are_those_of_torch_to_the_last_bit():
    layers = []
    for make in (Adam, lambda parameters, rate: torch.optim.Adam(parameters, rate, fused=True)):
        torch.manual_seed(3)
        layer = nn.Linear(7, 5)
        optimiser = make(layer.parameters(), 1e-2)
        for _ in range(STEPS):
            layer.zero_grad()
            layer(torch.randn(4, 7)).square().sum().backward()
            optimiser.step()
        layers.append(layer)
    for name in ("weight", "bias"):
        assert torch.equal(getattr(layers[0], name), getattr(layers[1], name))


def test_a_step_forgets_the_gradients():
    layer = nn.Linear(2, 2)
    optimiser = Adam(layer.parameters(), 1e-2)
    layer(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    assert [parameter.grad for parameter in layer.parameters()] == [None, None]


def test_training_does_not_wait_for_the_compiler_of_torch():
    done = subprocess.run(
        [sys.executable, "-c", TRAIN], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]
