"""The claims ledger: what five public texts say about feed-forward networks, and what is true."""
