"""Values and pure functions: no I/O, clock, randomness, asyncio, SDK or Textual."""
