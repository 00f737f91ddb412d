"""What people see: feedback, the report, formgrader, as HTML that can do nothing."""
