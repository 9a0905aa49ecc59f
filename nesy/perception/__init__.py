"""Step 1, image and request -> reply -> scene: prompt, grammar, model back ends, and the reading of replies."""
