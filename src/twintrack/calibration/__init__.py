"""What history says: observed series, the likelihood, the posterior, and tests of the model."""
