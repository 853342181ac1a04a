"""The one room with foreign names: it turns a model of `timm`, the built-in one, or any module into an `AttentionModel`."""
