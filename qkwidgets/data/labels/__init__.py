"""Pictures whose objects are known, from wherever their masks lie: a module for each kind of source."""
