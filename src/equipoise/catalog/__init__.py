"""Dated facts: models, endpoints, licences, hardware, prices. Knows no traffic."""
