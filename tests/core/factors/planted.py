"""Tokens of which every factor is known: six functions of the grid, sixteen smooth random fields, a mean, in orthonormal directions."""

import numpy as np
import torch
from torch import Tensor

SIDE, D, N_POSITION, N_CONTENT, MEAN = 8, 48, 6, 16, 4.0
ROW, COLUMN = 0, 1


def basis(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directions of position `[d 6]`, of content `[d 16]`, and of the mean."""
    q = np.linalg.qr(rng.standard_normal((D, N_POSITION + N_CONTENT + 1)))[0]
    return q[:, :N_POSITION], q[:, N_POSITION:-1], q[:, -1]


def grid_functions() -> np.ndarray:
    """`[patch 6]`: row, column, cos 2u and cos 3u of either; zero mean, unit variance."""
    i = np.arange(SIDE)
    u = np.pi * (i + 0.5) / SIDE
    lines = [i - i.mean(), np.cos(2 * u), np.cos(3 * u)]
    lines = [line / line.std() for line in lines]
    return np.stack([f.ravel() for line in lines for f in np.meshgrid(line, line, indexing="ij")], axis=1)


def content(rng: np.random.Generator, n: int, *, image_latent: float = 0.5) -> np.ndarray:
    """`[image patch 16]`, of unit variance: a latent an image, and a smooth field."""
    place = np.stack(np.meshgrid(range(SIDE), range(SIDE), indexing="ij"), -1).reshape(-1, 2)
    apart = ((place[:, None] - place[None]) ** 2).sum(-1)
    smooth = np.linalg.cholesky(np.exp(-apart / (2 * 1.5**2)) + 1e-9 * np.eye(SIDE**2))
    field = np.einsum("pq,nqk->npk", smooth, rng.standard_normal((n, SIDE**2, N_CONTENT)), optimize=True)
    return image_latent * rng.standard_normal((n, 1, N_CONTENT)) + np.sqrt(1 - image_latent**2) * field


def tokens(rng: np.random.Generator, n: int, directions: tuple, *, image_latent: float = 0.5) -> Tensor:
    """Planted tokens `[image patch d]`."""
    position, con, mean = directions
    made = MEAN * mean + grid_functions() @ position.T + content(rng, n, image_latent=image_latent) @ con.T
    return torch.from_numpy(made)


def covariance_of_position(position: np.ndarray) -> Tensor:
    """Second moment of the planted positional factor, `[d d]`."""
    a = grid_functions()
    return torch.from_numpy(position @ (a.T @ a / len(a)) @ position.T)
