"""One round 0 and several loops gone on from it -> what each loop gains and what it harms."""
