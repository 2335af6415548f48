"""Input and output at the edge, each adapter behind a port of the engine."""
