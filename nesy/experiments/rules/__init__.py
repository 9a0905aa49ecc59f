"""Rules and scenes -> what the rules reach, find, miss and wrongly object to."""
