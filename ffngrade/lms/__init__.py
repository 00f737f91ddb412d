"""The exchange with learning platforms: their downloads come in, marks go back in their formats."""
