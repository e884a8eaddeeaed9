"""What a network makes of pictures with a map at zero, by hooks on the untouched module."""

import torch
from torch import nn


def embeddings(
    module: nn.Module,
    pictures: torch.Tensor,
    maps: str,
    embedding: str | None,
    axis: int = 1,
    off: int | None = None,
    n_others: int = 0,
    batch_axis: int = 0,
) -> torch.Tensor:
    """Return the embeddings (B, D) that the whole network gives, one forward pass.

    Parameters
    ----------
    maps, embedding : str
        Modules: the output of the first is the maps, the *input* of the second the embedding.
        Without `embedding` it is the mean of the maps over their places; '' is the output of the
        whole network.
    axis : int
        Where the maps' output has its channels.
    off : int, optional
        The map that is set to zero.
    n_others : int
        Tokens that belong to no place.
    batch_axis : int
        Where the maps' output has its pictures.
    """
    found = {}

    def switch_off(_, inputs, output):
        output = output.clone()
        if off is not None:
            output.index_fill_(axis, torch.tensor([off]), 0)
        found["maps"] = output
        return output

    def keep(_, inputs):
        found["embedding"] = inputs[0].clone()

    handles = [module.get_submodule(maps).register_forward_hook(switch_off)]
    if embedding:
        handles.append(module.get_submodule(embedding).register_forward_pre_hook(keep))
    with torch.no_grad():
        scores = module(pictures)
    for handle in handles:
        handle.remove()
    if embedding is not None:
        return found.get("embedding", scores).flatten(1)
    output = found["maps"].movedim((batch_axis, axis), (0, -1))
    return output.flatten(1, -2)[:, n_others:].mean(dim=1)
