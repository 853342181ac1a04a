"""What came out: frozen dataclasses of numpy arrays that are saved and opened without torch, model or network."""
