"""Views as files that live without a kernel."""
