"""The version of this package, which follows that of the service's interface."""

VERSION = "1.0.0"
