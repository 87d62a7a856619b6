"""Ingest is the only place that knows a platform, inwards and outwards."""
