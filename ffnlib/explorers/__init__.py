"""The live figures of the course, one module a topic."""
