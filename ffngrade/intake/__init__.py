"""What was handed in, read without trust: repaired where safe, or set aside with a reason."""
