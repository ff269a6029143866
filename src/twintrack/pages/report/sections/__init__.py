"""The sections of a comparison report, a file each: what it shows, its data, its place."""
