"""What users write: levers, world, outcomes, sources, scenarios, strategies and reports, all in YAML."""
