"""Two answers to one question -> what a judge gives them, in both orders, and which biases the marks have."""
