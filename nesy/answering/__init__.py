"""Question + Scene + model -> an answer that is checked against the scene and the rules, and asked for again."""
