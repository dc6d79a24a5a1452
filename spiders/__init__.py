"""Where articles are announced, and how they are fetched: sources as data, and the one spider that reads them all."""
