"""Answers as widgets. A widget shows and listens; it computes nothing."""
