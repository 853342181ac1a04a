"""Which weights are these, and are they numbers? A name for weights that does not depend on where they came from."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn


def fingerprint(module: nn.Module) -> str:
    """SHA-256 over names, shapes, dtypes and bytes of all weights and stored buffers, as hexadecimal digits.

    Tensors are hashed side by side and their digests hashed in order of their names, so that a large model takes a fraction
    of a second.

    Examples
    --------
    >>> one, other = nn.Linear(2, 2), nn.Linear(2, 2)
    >>> fingerprint(one) == fingerprint(other)
    False
    >>> _ = other.load_state_dict(one.state_dict())
    >>> fingerprint(one) == fingerprint(other)
    True
    """
    named = sorted(module.state_dict().items())
    with ThreadPoolExecutor() as pool:
        digests = pool.map(lambda item: _digest(*item), named)
        return hashlib.sha256(b"".join(digests)).hexdigest()


def not_finite(module: nn.Module) -> str | None:
    """The first weight that is NaN or infinite, in words; None if all are finite.

    Examples
    --------
    >>> layer = nn.Linear(2, 2)
    >>> not_finite(layer) is None
    True
    >>> _ = nn.init.constant_(layer.bias, float("nan"))
    >>> not_finite(layer)
    "'bias' [2] holds 2 values that are NaN or infinite, the first at [0]"
    """
    for name, tensor in module.named_parameters():  # bounds kept in buffers may well be infinite
        tensor = tensor.detach()
        if not tensor.is_floating_point() or bool(tensor.sum(dtype=torch.promote_types(tensor.dtype, torch.float32)).isfinite()):
            continue  # one pass without a copy
        finite = tensor.isfinite()
        if not bool(finite.all()):
            first = (~finite).nonzero()[0].tolist()
            count = int((~finite).sum())
            layer = next((part for part in name.split(".") if part.isdigit()), None)
            where = "" if layer is None else f"layer {layer}, "
            values = "1 value that is" if count == 1 else f"{count} values that are"
            return f"{where}'{name}' {list(tensor.shape)} holds {values} NaN or infinite, the first at {first}"
    return None


def _digest(name: str, tensor: Tensor) -> bytes:
    plain = tensor.detach().cpu().contiguous()
    head = f"{name} {list(plain.shape)} {plain.dtype};".encode()
    digest = hashlib.sha256(head)
    digest.update(plain.flatten().view(torch.uint8).numpy().data)
    return digest.digest()
