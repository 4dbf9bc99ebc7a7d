"""From ledgers to distributions. Answers no question."""
