"""A described image -> every round of the loop: what is asked, looked at and accepted, and why it ends."""
