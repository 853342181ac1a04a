"""Which images go together? Fixed batches in fixed shards, so that a sweep can stop and go on without any difference.

Batch `i` holds the images `i * batch_size` and following, whatever came before; shards hold whole batches. Since every forward
pass has the same shape and the same images, it gives the same numbers wherever and whenever it runs.
"""

from dataclasses import dataclass
from typing import Any

from qkwidgets.core.errors import InputError


@dataclass(frozen=True)
class Plan:
    """How `n_images` are shared out.

    Examples
    --------
    >>> plan = Plan(10, 2, 4)
    >>> plan.n_shards, plan.images(2), list(plan.batches(1))
    (3, range(8, 10), [range(4, 6), range(6, 8)])
    """

    n_images: int
    batch_size: int
    shard_images: int

    @property
    def n_shards(self) -> int:
        return -(-self.n_images // self.shard_images)

    def images(self, shard: int) -> range:
        """The images of a shard; the last one may hold fewer."""
        return range(shard * self.shard_images, min((shard + 1) * self.shard_images, self.n_images))

    def batches(self, shard: int) -> list[range]:
        """The images of each batch of a shard; the last of all may hold fewer."""
        images = self.images(shard)
        return [range(first, min(first + self.batch_size, images.stop)) for first in images[:: self.batch_size]]


def plan(n_images: int, batch_size: Any, shard_images: Any) -> Plan:
    """The plan for these numbers; a shard is rounded up to whole batches.

    Raises
    ------
    InputError
        If one of them is no whole number above zero.

    Examples
    --------
    >>> plan(1000, 32, 100)
    Plan(n_images=1000, batch_size=32, shard_images=128)
    """
    batch_size, shard_images = whole("batch_size", batch_size), whole("shard_images", shard_images)
    return Plan(n_images, batch_size, -(-shard_images // batch_size) * batch_size)


def whole(name: str, value: Any, smallest: int = 1) -> int:
    """`value`, if it is a whole number and large enough.

    Examples
    --------
    >>> whole("workers", 0, 0)
    0
    >>> whole("batch_size", 2.5)
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: batch_size must be a whole number of at least 1: got 2.5. Give one, such as 32.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= smallest:
        return value
    raise InputError(
        f"{name} must be a whole number of at least {smallest}: got {value!r}. Give one, such as {32 if smallest else smallest}."
    )
