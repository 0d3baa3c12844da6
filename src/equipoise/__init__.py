"""Equipoise: measure whether an open model, a commercial API or a mix serves a workload best."""

__version__ = "0.1.0"
