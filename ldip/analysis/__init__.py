"""From ledgers to answers: distributions, probabilities, comparisons."""
