"""The measures that the field publishes, each a pure function of frozen values, and the one table of them."""
