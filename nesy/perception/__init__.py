"""Request -> the words that a model is sent; its words -> scene: prompts, grammars, and the reading of replies."""
