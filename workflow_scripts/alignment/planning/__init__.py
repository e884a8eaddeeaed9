"""What the rules ask while they are read: the standard library, yaml and jsonschema alone."""
