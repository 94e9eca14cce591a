"""A scheduler extender of Kubernetes: POST /k8s/filter and /k8s/prioritize."""

from api.foreign.kubernetes.extender import bp

__all__ = ["bp"]
