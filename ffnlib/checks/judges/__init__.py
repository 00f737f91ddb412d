"""The judges: for each assignment its problems, and the mistakes their results give away."""
