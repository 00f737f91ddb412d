"""Where students' code runs: bubblewrap, kernels in it, and the limits on them."""
