"""The kinds of image sets, one a file; `qkwidgets.data.image_sets` chooses between them."""
