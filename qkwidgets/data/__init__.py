"""Images: read from anywhere with source and licence, or generated with exact masks."""
