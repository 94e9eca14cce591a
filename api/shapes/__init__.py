"""The shapes of answers, one module a subject: names, types, descriptions and how each field is read from a result."""
