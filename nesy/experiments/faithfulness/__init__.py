"""What models say of images, and evidence -> how well checking finds what is hallucinated: CHAIR, POPE, FaithScore."""
