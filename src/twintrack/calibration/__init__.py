"""What the model is set with and judged by: regressions and fits to observations that end with 2024."""
