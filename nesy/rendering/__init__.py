"""An analysis -> what a person looks at: an account for the terminal, an annotated picture."""
