"""What is remembered: marks, the one writer of the gradebook, and the journal of a run."""
