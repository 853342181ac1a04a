"""What do queries and keys carry: where a patch is, or what it shows? Energies and modes split by factor, from moments alone.

Source: Doshi, Fel, Konkle, Alvarez. "Bi-Orthogonal Factor Decomposition for Vision Transformers". arXiv 2601.05328. Their numbers
are not public: energies, corrections and nulls here are this project's own definitions.
"""
