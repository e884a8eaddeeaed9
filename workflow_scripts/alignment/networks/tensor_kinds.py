"""Kinds of tensors in files: which a network can take, and what is said of the others."""

import torch

from alignment.artifacts.errors import InputError

# Types that a network's own float32 takes without loss of meaning
_PLAIN = (torch.float32, torch.float64, torch.float16, torch.bfloat16)


def refuse_without_values(name: str, tensor: torch.Tensor, where: str) -> None:
    """Refuse a tensor that holds no values, or not one for each place.

    Raises
    ------
    InputError
        It is on the device ``meta``, sparse, or nested.
    """
    if tensor.is_meta:
        raise InputError(
            f"{where} has the tensor {name} without its values, on the device meta: save the "
            "network after its weights were loaded."
        )
    if tensor.layout != torch.strided or tensor.is_nested:
        kind = "nested" if tensor.is_nested else "sparse"
        raise InputError(
            f"{where} has the {kind} tensor {name}: save it as a plain one, of tensor.to_dense()."
        )


def refuse_other_numbers(name: str, tensor: torch.Tensor, where: str) -> None:
    """Refuse a tensor, in the place of one of floating point, of numbers with another meaning.

    Raises
    ------
    InputError
        It is of complex numbers or of integers, as quantised networks hold them.
    """
    if tensor.dtype in _PLAIN:
        return
    kind = str(tensor.dtype).removeprefix("torch.")
    if tensor.is_complex():
        raise InputError(
            f"{where} has the tensor {name} in {kind}: the network takes real numbers, in float32 "
            "or float16."
        )
    raise InputError(
        f"{where} has the tensor {name} in {kind}, of a quantised network: its numbers mean "
        "something with a scale alone; take the weights in float32 or float16."
    )


def n_rows(name: str, tensor: torch.Tensor, where: str) -> int:
    """Return the rows of the weight of a classifier, one a class.

    Raises
    ------
    InputError
        It has none.
    """
    if not tensor.ndim or not len(tensor):
        raise InputError(
            f"{where} has the tensor {name} {'without rows' if tensor.ndim else 'of one number'}: "
            "it is to have a row for each class."
        )
    return len(tensor)


def are_equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Tell whether two tensors are of the same type and hold the same; False if it is unknown."""
    if one.dtype != other.dtype or one.is_meta or other.is_meta:
        return False
    if one.is_nested or other.is_nested or one.layout != other.layout:
        return False
    if one.layout != torch.strided:
        one, other = one.to_dense(), other.to_dense()
    return torch.equal(one, other)
