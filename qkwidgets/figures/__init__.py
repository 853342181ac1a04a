"""Answers as plotly figures and pictures. A figure draws; it computes nothing."""
