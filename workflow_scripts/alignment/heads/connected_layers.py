"""The fully connected layers behind feature maps, with the first one taken apart map by map."""

import torch

from alignment.heads.split import SplitHead

# Gathering the rows of the second layer's weights costs as much as a tenth of multiplying by them.
WORTH_GATHERING = 0.9


class ConnectedLayers:
    """What becomes of maps: the sums of the first layer as terms of the maps, and the embedding.

    Parameters
    ----------
    split : SplitHead
    feature_maps : (N, F, H, W) tensor

    Attributes
    ----------
    active : (N, F) bool tensor
        Which maps are not silent in which image.
    bias : (U,) tensor
        The sums with no map on.
    has_second : bool
        Whether there is a second layer (V units); without, the embedding is that of the first.
    n_units, n_outputs, n_dimensions : int
        U, V (U where there is no second layer) and D.
    """

    def __init__(self, split: SplitHead, feature_maps: torch.Tensor):
        n_images, n_maps = feature_maps.shape[:2]
        values = split.per_map(feature_maps).reshape(n_images, n_maps, -1)
        self.active = values.any(dim=2)
        self._values = values.transpose(0, 1).contiguous()  # (F, N, p)
        weight = split.first.weight
        self.n_units = self.n_outputs = len(weight)
        # (F, p, U): what a map's values are multiplied by
        self._weight = weight.reshape(self.n_units, n_maps, -1).permute(1, 2, 0)
        self.bias = _bias_of(split.first)
        self._rest = split.rest
        self.has_second = split.second is not None
        if self.has_second:
            self._second = split.second.weight.T.contiguous()  # (U, V)
            self._second_bias = _bias_of(split.second)
            self._rows = torch.empty_like(self._second)
            self.n_outputs = self._second.shape[1]
        self.n_dimensions = self.embed(self.bias[None]).shape[1]

    def terms(self, maps: list[int], images, out: torch.Tensor) -> torch.Tensor:
        """Fill `out` (n, b, U) with the terms W_f x_f of some images and maps."""
        for k, f in enumerate(maps):
            torch.mm(self._values[f][images], self._weight[f], out=out[:, k])
        return out

    def embed(self, sums: torch.Tensor, base: torch.Tensor | None = None) -> torch.Tensor:
        """Return the embeddings (m, D) of some variants of an image.

        Units that are off in every variant are left out, which changes nothing.

        Parameters
        ----------
        sums : (m, U) tensor
            What goes into the ReLU behind the first layer.
        base : (m, V) tensor, optional
            What the second layer's products are added to, by default its bias.
        """
        if not self.has_second:
            return self._rest(sums)
        on = torch.nonzero(sums.amax(dim=0) > 0).flatten()
        base = self._second_bias if base is None else base
        return self._rest(self._add_product(base, sums, on, lowest=0))

    def outputs(self, sums: torch.Tensor, units: torch.Tensor) -> torch.Tensor:
        """Return what the second layer, bias left out, makes of some units' sums as they are.

        Parameters
        ----------
        sums : (m, U) tensor
        units : (U,) bool tensor
            The other units count for nothing.

        Returns
        -------
        (m, V) tensor
        """
        nothing = torch.zeros_like(self._second_bias)
        return self._add_product(nothing, sums * units, torch.nonzero(units).flatten())

    def bias_outputs(self, units: torch.Tensor) -> torch.Tensor:
        """Return what the second layer makes of the bias of some units, (n, U) to (n, V)."""
        return torch.addmm(self._second_bias, self.bias * units, self._second)

    def _add_product(self, base, hidden, units, lowest=None):
        """Return base + hidden @ second; of the units that are not named all hidden ones are 0."""
        weight = self._second
        if len(units) < WORTH_GATHERING * len(weight):
            hidden = hidden.index_select(1, units)
            weight = torch.index_select(weight, 0, units, out=self._rows[: len(units)])
        if lowest is not None:
            hidden = hidden.clamp(min=lowest)
        return torch.addmm(base, hidden, weight)


def _bias_of(linear):
    return linear.weight.new_zeros(len(linear.weight)) if linear.bias is None else linear.bias
