"""What history says: observed series, the likelihood, the posterior; and the tests of the field."""
