"""Where bytes lie: DVC's cache, its objects and manifests."""
