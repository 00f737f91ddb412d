"""From a submission to its verdict, on all cores or a cluster."""
