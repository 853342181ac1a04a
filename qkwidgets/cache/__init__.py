"""What has been computed before: a content-addressed store on disk."""

from qkwidgets.cache.store import CacheWarning, Contents, Store, cache_folder

__all__ = ["CacheWarning", "Contents", "Store", "cache_folder"]
