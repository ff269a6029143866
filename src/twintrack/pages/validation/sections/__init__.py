"""The sections of the page on validation, a file each: what it shows, its data, its place."""
