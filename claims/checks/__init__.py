"""The checks behind the ledger: small functions that compute a verdict's numbers."""
