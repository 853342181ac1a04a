"""One question of the papers a file: tensors in, answer out. Here torch becomes numpy."""
