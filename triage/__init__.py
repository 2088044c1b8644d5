"""Says why a Cloud Run service is not ready, from its logs."""

__version__ = "0.1.0"
