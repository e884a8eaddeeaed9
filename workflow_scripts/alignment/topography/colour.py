"""A trained network that takes colour pictures, as the other stages of the workflow give them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from alignment.topography.importance import GREY
from alignment.topography.networks import TopographicNetwork


class ColourNetwork(nn.Module):
    """A topographic network behind what brings pictures to its input.

    Parameters
    ----------
    image_shape : (H, W, C)
        Of the images that it was trained on: pictures become grey and are inverted for one
        channel, see :func:`alignment.topography.importance.to_input`.
    n_classes : int
    mean, deviation : C floats
        Of the training images' channels in [0, 1].
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        n_classes: int,
        mean: Sequence[float],
        deviation: Sequence[float],
    ):
        super().__init__()
        self.one_channel = image_shape[2] == 1
        self.network = TopographicNetwork(image_shape, n_classes)
        self.register_buffer("grey", torch.tensor(GREY).reshape(1, 3, 1, 1), persistent=False)
        for name, values in (("mean", mean), ("deviation", deviation)):
            buffer = torch.tensor(values, dtype=torch.float32).reshape(1, -1, 1, 1)
            self.register_buffer(name, buffer, persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the class scores (B, K) of pictures (B, 3, S, S) with values in [0, 1]."""
        if self.one_channel:
            pictures = 1 - (pictures * self.grey).sum(dim=1, keepdim=True)
        return self.network((pictures - self.mean) / self.deviation)
