"""A picture -> what eyes other than the model's see in it, and what that is worth."""
