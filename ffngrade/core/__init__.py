"""What every part of the grading knows of: the course, one job, what was released."""
