"""Names of the factors and of what a head trades, in the order in which arrays hold them."""

FACTORS = ("mean", "position", "image", "residual")
"""All four: content is image and residual together."""

BFD = ("mean", "position", "content")
"""The three of the paper; it calls the mean "layer"."""

LABELS = ("content-content", "content-position", "position-position", "mixed")
"""What a head or a mode trades mostly; both orientations of content and position have one label."""

MIXED = LABELS.index("mixed")

THRESHOLD = 0.5
"""Share from which on a label is given; below it "mixed". A choice of ours."""

ENOUGH_IMAGES = 1000
"""From so many images on shares need no word about their bias. A choice of ours."""

MEASURES = ("participation", "entropy", "stable", "roy_vetterli", "k90")
"""Of richness, the default first."""
