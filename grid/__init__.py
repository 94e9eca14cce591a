"""Where carbon intensity comes from: one file an upstream, a cache, and the gathering of many zones."""
